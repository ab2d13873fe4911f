"""The command line. Starts fast: every heavy import happens inside the command that needs it."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence

from petlab.errors import UserError
from petlab.interrupt import STOPPED


def parser() -> argparse.ArgumentParser:
    """The whole grammar; each command's function is its `run` default."""
    top = argparse.ArgumentParser(
        prog="petlab",
        description="Reproduce the tables of the papers on parameter-efficient fine-tuning.",
        epilog="Overrides are Hydra's: group=choice (method=lora), key=value (method.rank=4, train.lr=1e-3, "
        "data.root=DIR, paths.results=DIR). `petlab COMMAND --help` shows a command's options.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="train, score and record one cell, or several with -m")
    run.add_argument("overrides", nargs="*", metavar="KEY=VALUE")
    run.add_argument("-m", "--multirun", action="store_true", help="every combination of comma-separated values")
    _sweeping(run)
    run.add_argument("--json", action="store_true", help="print the record(s) as JSON, one a line")
    run.set_defaults(run=_command("run.run"))

    bench = commands.add_parser("bench", help="train what is missing of a benchmark, then write and print its tables")
    _benchmark(bench)
    _sweeping(bench)
    bench.set_defaults(run=_command("bench.bench"))

    plan = commands.add_parser("plan", help="show which cells of a benchmark are missing and what they will take")
    _benchmark(plan)
    _config_dir(plan)
    _for_machines(plan, csv="one line a cell", json="cells and totals, for a machine")
    plan.set_defaults(run=_command("plan.plan"))

    tables = commands.add_parser("tables", help="write and print a benchmark's tables from the records there are")
    _benchmark(tables)
    _config_dir(tables)
    tables.set_defaults(run=_command("bench.tables"))

    _data(
        commands.add_parser("data", help="look for the data sets, fetch them for a machine without network, pin them")
    )

    score = commands.add_parser("score", help="score any system's output as the papers' official scorers do")
    score.add_argument("suite", metavar="SUITE", help="e2e, webnlg, dart, glue/TASK, summaries or wikisql")
    score.add_argument(
        "--references", action="extend", nargs="+", required=True, metavar="FILE", help="may be repeated"
    )
    score.add_argument("--predictions", required=True, metavar="FILE", help="the system's output")
    score.add_argument("--tables", metavar="DB", help="WikiSQL's .db file, for execution accuracy")
    score.add_argument("--no-meteor", action="store_true", help="leave METEOR out (it starts Java)")
    score.add_argument(
        "--neural", action="append", default=[], metavar="NAME=MODEL", help="add BERTScore, MoverScore or BLEURT"
    )
    score.add_argument("--json", action="store_true", help="flat JSON: name to number, or to what the score needs")
    score.set_defaults(run=_command("score.score"))

    published = commands.add_parser("published", help="list the numbers that the papers print")
    published.add_argument("--table", metavar="NAME", help="only this table")
    published.add_argument("--csv", action="store_true", help="one line a number")
    published.set_defaults(run=_command("published.published"))

    audit = commands.add_parser("audit", help="recompute what the papers' numbers allow, and list what does not add up")
    audit.set_defaults(run=_command("published.audit"))

    params = commands.add_parser("params", help="count parameters on the papers' architectures, without weights")
    params.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="cells (method=lora,ia3); else every table")
    params.add_argument("--benchmark", metavar="NAME", help="only the rows of this benchmark")
    params.add_argument("--tasks", type=int, metavar="N", help="also the bytes that N tasks take")
    _config_dir(params)
    _for_machines(params, csv="one line a printed figure")
    params.set_defaults(run=_command("params.params"))

    export = commands.add_parser("export", help="write a finished run as a folder, for Hugging Face peft or for petlab")
    export.add_argument("run_id", metavar="RUN", help="a run's id, or enough of its first digits")
    export.add_argument("overrides", nargs="*", metavar="paths.results=DIR")
    export.add_argument("--format", choices=["petlab", "peft"], default="peft", help="default: peft")
    export.add_argument("--out", metavar="DIR", help="the folder to make (default: exports/ in the results)")
    _config_dir(export)
    export.set_defaults(run=_command("export.export"))

    switch = commands.add_parser("switch", help="several finished tasks on one base: bytes, and drift while switching")
    switch.add_argument("words", nargs="+", metavar="RUN|paths.results=DIR", help="two runs or more, by id")
    switch.add_argument("--switches", type=int, default=100, metavar="N", help="default: 100")
    _config_dir(switch)
    switch.add_argument("--json", action="store_true", help="everything, for a machine")
    switch.set_defaults(run=_command("switch.switch"))

    advise = commands.add_parser("advise", help="which way of tuning for a task, an amount of data and a limit")
    advise.add_argument("overrides", nargs="*", metavar="paths.results=DIR")
    advise.add_argument("--task", choices=["classification", "generation"], help="default: both")
    advise.add_argument("--rows", type=int, metavar="N", help="training rows at hand (default: every data scale)")
    advise.add_argument("--limit", choices=["time", "memory", "quality"], help="what is scarce (default: each)")
    advise.add_argument("--source", choices=["records", "printed"], default="records", help="default: records")
    advise.add_argument("--model", metavar="NAME", help="only records of this model")
    advise.add_argument("--json", action="store_true", help="everything, for a machine")
    advise.set_defaults(run=_command("advise.advise"))

    claims = commands.add_parser("claims", help="judge what the papers claim by the records of small benchmarks")
    claims.add_argument("words", nargs="*", metavar="ID|KEY=VALUE", help="claims or families (default: all); overrides")
    claims.add_argument("--run", dest="train", action="store_true", help="first train the cells that are missing")
    claims.add_argument("--limit", type=int, metavar="N", help="train at most N cells")
    claims.add_argument("--retry-failed", action="store_true", help="train cells again whose record says failed")
    _config_dir(claims)
    _quiet(claims)
    _for_machines(claims, csv="one line a claim")
    claims.set_defaults(run=_command("claims.claims"), force=False)

    report = commands.add_parser("report", help="write one page of tables, figures and every run")
    report.add_argument("words", nargs="*", metavar="NAME|KEY=VALUE", help="benchmarks (default: the generated ones)")
    _config_dir(report)
    _quiet(report)
    report.set_defaults(run=_command("report.report"))

    speed = commands.add_parser("speed", help="measure petlab beside peft + Trainer and a bare loop, as ratios")
    speed.add_argument(
        "groups",
        nargs="*",
        metavar="GROUP",
        help="step, cell, generation, sweep, memory, accelerator, growth, command (default: all)",
    )
    speed.add_argument("--repetitions", type=int, default=6, metavar="N", help="interleaved rounds (default: 6)")
    speed.add_argument("--threads", type=int, metavar="N", help="CPU threads of every side (default: all cores)")
    speed.add_argument(
        "--data-root",
        metavar="DIR",
        help="real files of SAMSum, E2E and CoLA (default: synthetic sets of their lengths)",
    )
    speed.add_argument("--out", default="results/speed", metavar="DIR", help="default: results/speed")
    _quiet(speed)
    speed.set_defaults(run=_command("speed.speed"))

    latency = commands.add_parser("latency", help="measure what each method adds to a forward pass of its base")
    latency.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="model=NAME, method.lora.rank=4, ...")
    latency.add_argument("--batch", metavar="N,N", help="texts side by side (default: 1,4,16,32)")
    latency.add_argument("--length", metavar="N,N", help="tokens of a text (default: 128,256,512)")
    latency.add_argument(
        "--methods", metavar="A,B", help="default: houlsby,pfeiffer,prefix,lora,lora_merged; any method, any _merged"
    )
    latency.add_argument("--repetitions", type=int, default=12, metavar="N", help="interleaved rounds (default: 12)")
    latency.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: all cores)")
    latency.add_argument("--out", metavar="DIR", help="default: speed/ in the results")
    _config_dir(latency)
    _quiet(latency)
    _for_machines(latency, csv="one line a method, batch size and length")
    latency.set_defaults(run=_command("latency.latency"))

    pretrain = commands.add_parser("pretrain", help="make an embedded base from the synthetic world")
    pretrain.add_argument("model", help="nano_t5, nano_roberta or nano_gpt2")
    pretrain.add_argument("--width", type=int, metavar="N", help="another d_model (nano_t5), kept in the user's cache")
    pretrain.add_argument("--out", metavar="DIR", help="where the weights go (default: into the package)")
    budget = pretrain.add_mutually_exclusive_group()
    budget.add_argument("--minutes", type=float, help="the budget in minutes of steps; the schedule ends with it")
    budget.add_argument("--tokens", type=float, help="the budget in tokens; the schedule ends with it")
    pretrain.set_defaults(run=_command("pretrain.pretrain"))
    return top


def _data(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="where each data set is found, its rows, hash, overlap and licence")
    check.add_argument("words", nargs="*", metavar="NAME|data.root=DIR", help="data sets (default: all) and their root")
    check.add_argument("--csv", action="store_true", help="one line a data set")
    fetch = actions.add_parser("fetch", help="copy rows of the hub to a folder that data.root can name")
    fetch.add_argument("--to", metavar="DIR", required=True, help="the folder to fill; a second call goes on")
    _quiet(fetch)
    pin = actions.add_parser("pin", help="write the commit that the hub has now into the data sets' YAML")
    for action, parser in (("check", check), ("fetch", fetch), ("pin", pin)):
        if action != "check":
            parser.add_argument("words", nargs="*", metavar="NAME", help="data sets (default: all on the hub)")
        _config_dir(parser)
        parser.set_defaults(run=_command(f"data.{action}"))


def _benchmark(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", metavar="NAME", help="a benchmark: a file of benchmarks/ without its ending")
    command.add_argument("overrides", nargs="*", metavar="KEY=VALUE")
    command.add_argument("--rows", metavar="A,B", help="only these rows (labels or methods)")
    command.add_argument("--columns", metavar="A,B", help="only these columns (data sets)")


def _sweeping(command: argparse.ArgumentParser) -> None:
    _config_dir(command)
    command.add_argument("--limit", type=int, metavar="N", help="train at most N cells")
    command.add_argument("--retry-failed", action="store_true", help="train cells again whose record says failed")
    command.add_argument("--force", action="store_true", help="train cells again that are done")
    command.add_argument("--dry-run", action="store_true", help="only say what would be trained")
    _quiet(command)


def _config_dir(command: argparse.ArgumentParser) -> None:
    command.add_argument("--config-dir", metavar="DIR", help="a folder with configuration groups of your own")


def _quiet(command: argparse.ArgumentParser) -> None:
    command.add_argument("-q", "--quiet", action="store_true", help="no progress")


def _for_machines(command: argparse.ArgumentParser, *, csv: str, json: str = "everything, for a machine") -> None:
    form = command.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help=csv)
    form.add_argument("--json", action="store_true", help=json)


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    def call(arguments: argparse.Namespace) -> int:
        module, _, function = name.partition(".")
        called = getattr(importlib.import_module(f"petlab.commands.{module}"), function)
        result: int = called(arguments)
        return result

    return call


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line; overrides may stand behind options, too."""
    top = parser()
    arguments, rest = top.parse_known_args(argv)
    taken = next((name for name in ("overrides", "words") if hasattr(arguments, name)), None)
    if rest and (taken is None or any(word.startswith("-") for word in rest)):
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    if taken is not None:
        getattr(arguments, taken).extend(rest)
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0 done, 1 a cell failed, 2 the user's mistake, 130 stopped."""
    arguments = _parsed(argv)
    try:
        result: int = arguments.run(arguments)
    except UserError as error:
        print(f"petlab: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("petlab: stopped", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        return 0
    return result


if __name__ == "__main__":
    sys.exit(main())
