"""A run from the command line: trained, reported, evaluated."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from rideflex.errors import UsageError
from rideflex.evaluation.compare import AgreedDays, Comparison, Effort, PolicyRow, compare
from rideflex.evaluation.play import Scene, unseen_days
from rideflex.evaluation.recommend import recommend, worth_minutes
from rideflex.evaluation.service_figures import ServiceFigures
from rideflex.evaluation.statistics import Interval
from rideflex.models.posterior import FlexibilityPosterior
from rideflex.negotiation import Prices
from rideflex.negotiation.policies import POLICIES, NeverAsk
from rideflex.negotiation.policies import registry as by_name
from rideflex.synthetic import AreaSettings, generate_area
from rideflex.training.confusion import TypeConfusion
from rideflex.training.plots import learning_figure, recovery_figure, saving_figure, smoothed
from rideflex.training.report import write_report
from rideflex.training.report_figures import Report
from rideflex.training.report_html import write_page
from rideflex.training.trained_run import load_run
from tests.commands import SMALL, call, refused


def test_training_prints_the_log_and_closes_with_a_report(run):
    """The lines of an update, the table of policies, and the types; the run is on disk."""
    folder, text = run
    assert "[Epoch 2, Step 80] Updating embedding model..." in text
    assert "Using O(1) index lookup" in text
    for name in POLICIES:
        assert re.search(rf"^ *{name} ", text, re.MULTILINE)
    for name in ("config.json", "metrics.jsonl", "report.html", "tensorboard", "checkpoints"):
        assert (folder / name).exists()


SECTIONS = ("recommendation", "saved", "cost", "day", "learned", "next")
VOID = {"meta", "img", "br", "link", "input", "hr"}


class Outline(HTMLParser):
    """Reads a page: what is never closed, what is closed unopened, sections, texts, addresses."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.open, self.wrong, self.ids, self.texts, self.addresses = [], [], [], [], []
        self.rows = []
        self.feed(page.read_text(encoding="utf-8"))
        self.close()
        self.wrong += self.open

    def handle_starttag(self, tag, attrs):
        """Open a tag."""
        self.ids += [value for name, value in attrs if name == "id"]
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        if tag == "tr":
            self.rows.append([])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Close a tag."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        """Keep the text."""
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1].append(data)
        self.texts.append(data)

    @property
    def text(self) -> str:
        """All text of the page, blanks joined."""
        return " ".join(" ".join(self.texts).split())


def written(folder: Path, trained, policies, metrics=(), **effort) -> Outline:
    """The page of a report of two days with some policies."""
    scene = Scene(
        trained.area, trained.fleet, trained.beliefs, unseen_days(trained.area, 2, seed=0)
    )
    compared = compare(scene, policies, Prices(), Effort(iterations=0, **effort))
    report = Report(trained, compared, 2, 0, list(metrics), folder / "page.html")
    write_page(report)
    return Outline(report.html)


def test_the_page_tells_one_story(run):
    """Recommendation, savings, cost, a day, what was learned, what next: in that order."""
    page = Outline(run[0] / "report.html")
    assert page.ids == list(SECTIONS)
    assert not page.wrong
    figures = len([address for address in page.addresses if address.startswith("data:image/png")])
    assert 3 <= figures <= 4
    for fact in ("10 travelers", "seed 0", version("rideflex"), date.today().isoformat()):
        assert fact in page.text
    for words in ("never asking", "clairvoyant benchmark", "Gini", "rideflex evaluate"):
        assert words in page.text


def test_the_page_needs_nothing_else(run):
    """No link, script or picture from elsewhere."""
    page = (run[0] / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"https?://|<script|<link|@import|url\(", page)
    assert all(address.startswith("data:") for address in Outline(run[0] / "report.html").addresses)


def test_the_page_explains_its_policies_and_columns(run):
    """Every policy and every column of the tables is a term with a meaning."""
    text = (run[0] / "report.html").read_text(encoding="utf-8")
    terms = set(re.findall("<dt>(.*?)</dt><dd>.{10,}?</dd>", text))
    page = Outline(run[0] / "report.html")
    assert {*POLICIES, "clairvoyant"} <= terms
    for header in (row for row in page.rows if row[0] == "policy"):
        assert set(header[1:]) <= terms


def test_the_page_of_a_run_that_learned_nothing(run, city, tmp_path):
    """No truth, no epoch, nobody but never: sentences stand where pictures would."""
    area = replace(city, types_by_phase=None)
    page = written(tmp_path, replace(load_run(run[0], city), area=area), {}, rounds=0)
    assert page.ids == list(SECTIONS)
    assert not page.wrong
    assert "Recommended: never" in page.text
    assert "does not say who is of which type" in page.text
    assert "There is no learning curve" in page.text
    assert "has learned from no answer yet" in page.text
    assert len(page.addresses) == 1  # the day


def test_the_page_shows_text_as_it_is(run, city, tmp_path):
    """Names of types, policies and folders are escaped, whatever is in them."""
    trained = load_run(run[0], city)
    odd = ("rigid [/x]", "<script>alert(1)</script>", "a & b", '"quoted"')
    confusion = TypeConfusion(odd, np.zeros(4, np.int64), np.ones((4, 4), np.int64))
    policies = {"<b>bold</b>": NeverAsk()}
    report_page = tmp_path / "<i>run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TypeConfusion, "of", lambda trained: confusion)
        page = written(report_page, trained, policies, rounds=0)
    assert not page.wrong
    for name in (*odd, "<b>bold</b>", "<i>run"):
        assert name in page.text


def test_a_curve_that_never_changes_is_left_out():
    """A flat curve, or fewer than three epochs, is no figure; two different points are."""
    line = {"reward": 1.0, "shifted_minutes": 2.0, "recovered": 1.0, "unit_seconds": 600.0}
    flat = [{"epoch": epoch, **line} for epoch in range(1, 6)]
    assert recovery_figure(flat, 4) is None
    assert learning_figure(flat, 600.0) is None
    assert learning_figure([flat[0], {**flat[1], "reward": 2.0}], 600.0) is None
    flat[-1] = {**flat[-1], "recovered": 0.9, "reward": 0.5}
    assert learning_figure(flat, 600.0) is not None
    (axes,) = recovery_figure(flat, 4).axes
    assert axes.lines[0].get_xydata()[0].tolist() == [0, 25]


def test_a_curve_is_smoothed_beside_its_points():
    """A running mean keeps a straight line, and flattens what jumps up and down."""
    straight = np.arange(50.0)
    assert smoothed(straight)[5:-5] == pytest.approx(straight[5:-5])
    jumping = np.where(np.arange(50) % 2, 1.0, -1.0)
    assert np.abs(smoothed(jumping)).max() < 0.5
    metrics = [
        {"epoch": epoch, "reward": 0.1 * epoch, "shifted_minutes": 2.0, "unit_seconds": 600.0}
        for epoch in range(1, 6)
    ]
    left = learning_figure(metrics, 600.0).axes[0]
    labels = {line.get_label(): line for line in left.lines}
    assert labels["one epoch"].get_ydata() == pytest.approx([1, 2, 3, 4, 5])  # vehicle minutes
    assert set(labels["never"].get_ydata()) == {0}


def saved(policy, seconds, agreed_minutes):
    """A row that saves `seconds` of 6,000 on each of four days of ten requests."""
    share = seconds / 6000
    saving = Interval(share, share * 0.8, share * 1.2)
    minutes = (6000 - seconds) / 60
    burden = (0.5, 0.5, agreed_minutes, 0.0, 0.1, 0.1, 3, 0.0, agreed_minutes)
    service = ServiceFigures(1.0, 1.0, None, None, None, None, None, None)
    row = PolicyRow(policy, minutes, minutes, 0.0, saving, saving, None, *burden, service)
    return row, AgreedDays(*[np.zeros((4, 10), np.int32)] * 3, (), ())


def test_what_is_worth_most_after_goodwill_is_recommended():
    """By hand: 600 s for 10 × 2 min at 5 s beat 1,200 s for 10 × 20 min; a dear minute, nobody."""
    pairs = [saved("never", 0, 0.0), saved("gentle", 600, 2.0), saved("greedy", 1200, 20.0)]
    rows, agreed = tuple(row for row, _ in pairs), {row.policy: days for row, days in pairs}
    compared = Comparison(rows, agreed, Prices(minute=5))
    assert worth_minutes(compared, "gentle") == pytest.approx((600 - 100) / 60)
    assert worth_minutes(compared, "greedy") == pytest.approx((1200 - 1000) / 60)
    found = recommend(compared)
    assert found.policy == "gentle"
    assert any("greedy saves more (20.0%)" in reason for reason in found.reasons)
    assert recommend(Comparison(rows, agreed, Prices(minute=0))).policy == "greedy"
    assert recommend(Comparison(rows, agreed, Prices(minute=500))).policy == "never"


def test_confusion_counts_who_was_taken_for_whom(run, city):
    """The diagonal of the matrix is what was found, its columns what was learned."""
    trained = load_run(run[0], city)
    confusion = TypeConfusion.of(trained)
    assert confusion.matrix.sum() == 10
    assert confusion.matrix.sum(axis=0).tolist() == confusion.learned.tolist()
    assert confusion.found == sum(found for _, _, found, _ in confusion.rows())
    worst = TypeConfusion(("a", "b"), np.array([3, 2]), np.array([[2, 1], [1, 1]])).worst
    assert worst == ("a", "b", 1)
    assert TypeConfusion(("a", "b"), np.array([1, 1]), np.eye(2, dtype=np.int64)).worst is None


@pytest.mark.parametrize("model", ["tolerance", "hybrid"])
def test_a_run_by_answers_is_reported_and_evaluated(city_folder, tmp_path, model):
    """Training, report and evaluation take the models of answers; minutes and types are told."""
    folder = tmp_path / "run"
    text = call(
        *("train", "--data", city_folder, "--out", folder, *SMALL, "--model", model),
        *("--context", "trip_purpose=work,school", "--days", "0"),
    )
    assert f"Updating {model} model..." in text
    told = call("report", folder, "--days", "1", "--json", tmp_path / "r.json")
    assert "earlier: of four travelers one bears up to" in told
    figures = json.loads((tmp_path / "r.json").read_text())
    assert all(len(figures["tolerances"][side]) == 3 for side in ("early", "late"))
    page = Outline(folder / "report.html")
    assert not page.wrong
    assert "two up to" in page.text
    assert "predicted with a log loss of" in page.text
    if model == "hybrid":
        assert [row["type"] for row in figures["types"]][-1] == "tolerances of their own"
        assert sum(row["learned"] for row in figures["types"]) == 10
        assert np.shape(figures["confusion"]) == (4, 5)
        assert "tolerances of their own" in page.text
    else:
        assert figures["types"] == []
        assert figures["confusion"] is None
        assert "What travelers bear" in page.text
    call(
        *("evaluate", folder, "--days", "2", "--iterations", "0", "--rounds", "0"),
        *("--policies", "expected,lookahead,ppo", "--json", tmp_path / "e.json"),
    )
    evaluated = json.loads((tmp_path / "e.json").read_text())
    assert evaluated["settings"]["model"] == model
    names = [row["policy"] for row in evaluated["rows"]]
    assert names == ["never", "expected", "lookahead", "ppo"]


def test_a_folder_without_true_types_is_trained_in_a_fitted_world(city_folder, tmp_path):
    """From a log to a report: no column flexibility, and it is said from how many answers."""
    data, folder = tmp_path / "city", tmp_path / "run"
    shutil.copytree(city_folder, data)
    trips = pl.read_csv(data / "trips.csv", infer_schema=False)
    trips.drop("flexibility").write_csv(data / "trips.csv")
    log = tmp_path / "log.csv"
    rng = np.random.default_rng(0)
    n = 200
    shifts = rng.choice([0, 10, 20, 30], size=(n, 2))
    pl.DataFrame(
        {
            "traveler_id": rng.integers(1, 11, size=n),
            "pickup_shift_min": shifts[:, 0],
            "dropoff_shift_min": shifts[:, 1],
            "accepted": shifts.sum(axis=1) <= 30,
        }
    ).write_csv(log)
    call("fit", "--model", "tolerance", "--outcomes", log, "--out", tmp_path / "may.model")
    arguments = ("train", "--data", data, "--out", folder, *SMALL, "--model", "tolerance")
    assert refused(*arguments) == 2
    told = call(*arguments, "--world", tmp_path / "may.model", "--days", "1")
    n_real = int((shifts.sum(axis=1) > 0).sum())
    saying = "The world was fitted: every day draws its travelers from may.model, which was "
    assert f"{saying}learned from {n_real} answers" in " ".join(told.split())
    page = Outline(folder / "report.html")
    assert f"learned from {n_real} answers" in page.text
    figures = ("--iterations", "0", "--rounds", "0", "--policies", "expected", "--days", "2")
    (tmp_path / "may.model").rename(tmp_path / "other.model")
    for more, path in (
        ((), folder / "world" / "may.model"),
        (("--world", tmp_path / "other.model"), tmp_path / "other.model"),
    ):
        call("evaluate", folder, *figures, *more, "--json", tmp_path / "e.json")
        world = json.loads((tmp_path / "e.json").read_text())["world"]
        assert world["answers"] == n_real
        assert world["model"] == str(path)


def test_a_run_says_where_answers_contradict_the_table(run, tmp_path):
    """Tolerances that no type has: one line in training and report; none where the types answer."""
    assert "contradict" not in run[1]
    data, folder = tmp_path / "city", tmp_path / "run"
    generate_area(data, AreaSettings(travelers=10, trips=8, zones=9, seed=3, answers="logit"))
    arguments = ("--epochs", 4, "--envs", 20, "--update-every", 2, "--explore", 1, "--days", 0)
    told = call("train", "--data", data, "--out", folder, *arguments, "--model", "posterior")
    (line,) = (line for line in told.splitlines() if "contradict" in line)
    assert line.startswith("warning: the answers contradict decisions.csv: ")
    call("report", folder, "--days", "1", "--json", tmp_path / "r.json")
    figures = json.loads((tmp_path / "r.json").read_text())
    assert figures["misfit"] is True
    assert figures["reasons"]
    assert figures["predicts_best"] in ("tolerance", "hybrid")
    assert "The answers contradict decisions.csv: " in Outline(folder / "report.html").text


def test_travelers_drawn_anew_contradict_no_table(city, city_folder, tmp_path):
    """In a fitted world a traveler of few answers is another type each day: nothing is accused."""
    model = FlexibilityPosterior(10, city.table.types, travelers=city.travelers)
    model.save(tmp_path / "nothing.model")
    folder = tmp_path / "run"
    told = call(
        *("train", "--data", city_folder, "--out", folder, *SMALL, "--days", "0"),
        *("--world", tmp_path / "nothing.model", "--model", "posterior"),
    )
    assert "contradict" not in told


def test_travelers_of_their_own_are_not_found():
    """Who is learned as of tolerances of her own is taken for what no true type is."""
    confusion = TypeConfusion(("a", "b"), np.array([1, 1, 3]), np.array([[1, 0, 3], [0, 1, 0]]))
    assert confusion.columns == ("a", "b", "tolerances of their own")
    assert confusion.found == 2
    assert confusion.worst == ("a", "tolerances of their own", 3)
    assert confusion.rows()[-1] == ("tolerances of their own", None, "-", 3)


def test_report_writes_its_figures(run, tmp_path):
    """`rideflex report --json` holds a row for each policy and every type."""
    call("report", run[0], "--days", "2", "--json", tmp_path / "report.json")
    figures = json.loads((tmp_path / "report.json").read_text())
    assert [row["policy"] for row in figures["rows"]] == [*POLICIES, "clairvoyant"]
    assert figures["recommended"] in POLICIES
    assert all(row["penalty_minutes"] == 0 for row in figures["rows"])
    assert np.sum(figures["confusion"]) == 10
    assert len(figures["types"]) == 4
    assert sum(row["learned"] for row in figures["types"]) == 10


def test_evaluate_writes_what_can_be_cited(run, tmp_path):
    """Intervals, the paired difference, the outcomes seen and the frontier with its picture."""
    text = call(
        *("evaluate", run[0], "--days", "3", "--iterations", "20", "--rounds", "100"),
        *("--policies", "expected,ppo", "--prices", "0,20", "--max-asks", "2", "--workers", "1"),
        *("--json", tmp_path / "e.json", "--plot", tmp_path / "e.png"),
    )
    figures = json.loads((tmp_path / "e.json").read_text())
    names = [row["policy"] for row in figures["rows"]]
    assert names == ["never", "expected", "ppo", "clairvoyant"]
    assert figures["outcomes_seen"] > 0
    assert {"mean", "low", "high"} == set(figures["ppo_minus_expected"])
    ppo_over_expected = {"policy": "ppo", "other": "expected", **figures["ppo_minus_expected"]}
    assert ppo_over_expected in figures["differences"]
    assert all(len(figures["costs_s"][name]) == 3 for name in names)
    assert max(row["most_asked"] for row in figures["rows"]) <= 2
    assert len(figures["frontier"]) == 4
    assert (tmp_path / "e.png").stat().st_size > 10_000
    assert "had seen" in text


def test_the_first_days_of_many_are_those_of_few(run, tmp_path):
    """`costs_s` and `penalties_s` of `--days 2` are the first two of `--days 4`, of `ppo` too."""
    figures = []
    for days in (2, 4):
        file = tmp_path / f"{days}.json"
        call(
            *("evaluate", run[0], "--days", days, "--iterations", "10", "--rounds", "50"),
            *("--policies", "expected,ppo", "--json", file),
        )
        figures.append(json.loads(file.read_text()))
    few, many = figures
    assert set(few["costs_s"]) == {"never", "expected", "ppo", "clairvoyant"}
    for name in ("costs_s", "penalties_s"):
        assert few[name] == {policy: costs[:2] for policy, costs in many[name].items()}


def test_evaluate_writes_how_it_was_made(run, tmp_path):
    """Release, days, seed, effort, cap and the settings of the run stand beside the figures."""
    call(
        *("evaluate", run[0], "--days", "2", "--seed", "4", "--iterations", "0", "--rounds", "0"),
        *("--policies", "expected,", "--max-asks", "1", "--json", tmp_path / "e.json"),
    )
    figures = json.loads((tmp_path / "e.json").read_text())
    wanted = {"days": 2, "seed": 4, "iterations": 0, "rounds": 0, "max_asks": 1, "epoch": 4}
    assert wanted.items() <= figures.items()
    assert figures["rideflex"] == version("rideflex")
    assert figures["settings"] == json.loads((run[0] / "config.json").read_text())
    assert [row["policy"] for row in figures["rows"]] == ["never", "expected"]


def test_evaluate_keeps_the_rules_that_are_asked_for(run, tmp_path):
    """What an offer means and the longest ride are in the file, in the output, and in the plans."""
    told = call(
        *("evaluate", run[0], "--days", "2", "--iterations", "5", "--rounds", "50"),
        *("--policies", "largest", "--offer-means", "trip", "--max-ride", "20,1.2"),
        *("--json", tmp_path / "e.json"),
    )
    told = " ".join(told.split())
    assert "lets the whole trip start earlier or end later" in told
    assert "the larger of 20 minutes and 1.2 times the direct drive" in told
    figures = json.loads((tmp_path / "e.json").read_text())
    assert figures["offer_means"] == "trip"
    assert figures["max_ride"] == {"longest": 20, "times_direct": 1.2}
    assert all(row["ride_max"] < 60 for row in figures["rows"])
    assert [row["policy"] for row in figures["rows"]] == ["never", "largest", "clairvoyant"]


def test_evaluate_tells_who_chose_what_was_masked_out(run, monkeypatch):
    """A line for the policy, and none where nothing was masked out."""
    arguments = ("evaluate", run[0], "--days", "2", "--iterations", "0", "--rounds", "0")
    arguments += ("--policies", "expected", "--max-asks", "0")
    assert "nobody heard" not in call(*arguments)

    class Stubborn:
        name = "stubborn"

        def act(self, situation):
            return np.full(len(situation.trips), situation.offers.no_shift - 1)

    monkeypatch.setattr(by_name, "make_policies", lambda *_: {"stubborn": Stubborn()})
    assert "stubborn chose offers that it might not make for 100.0%" in call(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        "--stop-after 0",
        "--stop-after -1",
        "--checkpoint-every 0",
        "--days -1",
        "--price-minute nan",
        "--price-minute -1",
        "--model foo",
        "--model evidence --forget 0.5",
    ],
)
def test_a_refused_training_leaves_the_folder_free(city_folder, tmp_path, arguments):
    """Exit code 2, no traceback, and nothing was written."""
    folder = tmp_path / "run"
    assert refused("train", "--data", city_folder, "--out", folder, *arguments.split()) == 2
    assert not folder.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        "--days 0",
        "--seed -1",
        "--iterations -3",
        "--rounds -1",
        "--workers 0",
        "--max-asks -1",
        "--policies ,",
        "--prices nan",
    ],
)
def test_a_refused_evaluation_ends_with_2(run, arguments):
    """Numbers out of range are bad usage."""
    assert refused("evaluate", run[0], *arguments.split()) == 2


def test_resume_goes_on_in_its_own_folder(city_folder, tmp_path):
    """`--stop-after` and `--resume` make a whole run; other settings are refused."""
    folder = tmp_path / "run"
    call("train", "--data", city_folder, "--out", folder, *SMALL, "--stop-after", "2")
    assert len((folder / "metrics.jsonl").read_text().splitlines()) == 2
    with pytest.raises(UsageError, match="epochs is 9, the run has 4"):
        call("train", "--resume", folder, "--epochs", "9")
    call("train", "--resume", folder, "--epochs", "4", "--days", "0")
    assert len((folder / "metrics.jsonl").read_text().splitlines()) == 4


def test_training_needs_to_know_where(city_folder, run):
    """Missing folders, and a folder that is taken, are refused before anything is written."""
    with pytest.raises(UsageError, match="--data and a folder for the run with --out"):
        call("train", "--data", city_folder)
    with pytest.raises(UsageError, match="already holds a run"):
        call("train", "--data", city_folder, "--out", run[0])


def test_a_report_is_made_of_the_last_checkpoint(run, city):
    """From Python: the same page, and the rows behind it."""
    closing = write_report(load_run(run[0], city), days=2)
    assert closing.trained.epoch == 4
    assert closing.html == run[0] / "report.html"
    assert closing.compared.row("never").saving.mean == 0


def test_the_page_says_what_the_terminal_says(run):
    """The run's name is the title, and the rows of the tables are those of the terminal."""
    folder, text = run
    assert "<title>Run small · rideflex</title>" in (folder / "report.html").read_text("utf-8")
    page = Outline(folder / "report.html")
    for name in (*POLICIES, "clairvoyant"):
        saving, burden, *_ = (row for row in page.rows if row[0] == name)
        shown = [" ".join(line.split()) for line in text.splitlines()]
        assert " ".join(saving[:-1]) in shown
        assert " ".join(burden) in shown


def row_of(policy, high):
    """A row with an interval from 0 to `high`."""
    saving = Interval(high / 2, 0.0, high)
    burden = (0.5, 0.5, 17.5, 0.0, 0.1, 0.1, 3, 0.0, 5.0)
    service = ServiceFigures(1.0, 1.0, None, None, None, None, None, None)
    return PolicyRow(policy, 9.0, 9.0, 0.0, saving, saving, None, *burden, service)


@pytest.mark.parametrize("high", [0.0, 0.02, 0.9])
def test_labels_of_the_savings_stay_inside(high):
    """However wide the intervals are, the figures stand within the axes, right of them."""
    rows = (row_of("never", 0.0), row_of("largest", high), row_of("ppo", high / 2))
    figure = saving_figure(Comparison(rows, {}, Prices()))
    FigureCanvasAgg(figure).draw()
    axes = figure.axes[0]
    end = axes.transData.transform((100 * high, 0))[0]
    for text in axes.texts:
        box = text.get_window_extent()
        assert end < box.x0 < box.x1 < axes.bbox.x1


def test_both_learning_curves_show_the_updates():
    """An upright line per update, and none where there was none."""
    metrics = [
        {"epoch": epoch, "reward": epoch / 2, "shifted_minutes": 2.0} for epoch in (1, 2, 3, 4)
    ]
    for line in metrics[1::2]:
        line["outcomes"] = 10
    for axes in learning_figure(metrics, 600.0).axes:
        assert [line.get_xdata()[0] for line in axes.lines[3:]] == [2, 4]
