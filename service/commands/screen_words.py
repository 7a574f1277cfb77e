"""What `cepei screen` says when it cannot go on, and while it waits: Chinese first, English beside it."""

from __future__ import annotations

from service.commands.exits import CommandError
from service.messages import Wording
from service.tables.messages import word

WORDS: dict[str, Wording] = {
    "no_file": Wording("没有文件 {file}", "there is no file {file}", "请核对路径", "check the path"),
    "is_folder": Wording(
        "{file} 是文件夹，不是名单文件",
        "{file} is a folder, not a file of tenants",
        "请给出 CSV、XLSX、NDJSON 或 Parquet 文件",
        "name a CSV, XLSX, NDJSON or Parquet file",
    ),
    "output_is_file": Wording(
        "-o 所指的 {folder} 是文件，不是文件夹",
        "-o names {folder}, which is a file, not a folder",
        "请换一个文件夹，没有时会自动建立",
        "name a folder; one that is not there is made",
    ),
    "another_file": Wording(
        "{folder} 存放着另一份名单的结果",
        "{folder} holds the results of another file",
        "请换一个文件夹",
        "choose another folder",
    ),
    "not_ours": Wording(
        "{file} 已损坏，或不是 cepei screen 所写",
        "{file} is damaged, or was not written by cepei screen",
        "请换一个文件夹",
        "choose another folder",
    ),
    "disk": Wording(
        "无法读写 {file}（{reason}）",
        "{file} cannot be read or written ({reason})",
        "请检查权限与磁盘空间后重新运行；已完成的部分会保留",
        "check permissions and space, then run it again; what is finished is kept",
    ),
    "dask_only": Wording(
        "{option} 只能与 --engine dask 一起使用",
        "{option} is of use with --engine dask only",
        "请加上 --engine dask，或去掉 {option}",
        "add --engine dask, or leave {option} out",
    ),
    "no_dask": Wording(
        "没有安装 dask",
        "dask is not installed",
        "请运行 pip install 'cepei[dask]'，或改用 --engine processes",
        "run pip install 'cepei[dask]', or use --engine processes",
    ),
    "no_scheduler": Wording(
        "无法连接 dask 调度器“{address}”（{reason}）",
        "there is no dask scheduler at '{address}' ({reason})",
        "请核对地址（例如 tcp://10.0.0.5:8786），并确认调度器正在运行",
        "check the address (for example tcp://10.0.0.5:8786), and that the scheduler runs",
    ),
    "scheduler_gone": Wording(
        "dask 调度器 {address} 中断，{seconds:g} 秒内没有恢复",
        "the dask scheduler at {address} went away and did not come back within {seconds:g} s",
        "请在它恢复后重新运行；已完成的部分会保留",
        "run it again when it is back; what is finished is kept",
    ),
    "no_workers": Wording(
        "dask 集群 {address} 在 {seconds:g} 秒内没有可用的工作进程",
        "no worker of the dask cluster {address} came within {seconds:g} s",
        "请启动 dask worker 后重新运行；已完成的部分会保留",
        "start a dask worker and run it again; what is finished is kept",
    ),
    "waiting": Wording(
        "dask 集群暂无可用的工作进程，最多等待 {seconds:.0f} 秒",
        "the dask cluster has no worker; waiting for one, at most {seconds:.0f} s",
    ),
    "worker_failed": Wording(
        "dask 工作进程无法完成筛查（{reason}）",
        "a dask worker could not decide a chunk ({reason})",
        "请确认各工作进程的 Cepei、Python 与本机版本相同，且内存充足，再重新运行；已完成的部分会保留",
        "see that the workers have this version of Cepei and Python, and memory enough, then run it again; "
        "what is finished is kept",
    ),
    "processes_died": Wording(
        "筛查进程接连被终止，可能是内存不足",
        "the processes that decided chunks were killed again and again, perhaps for want of memory",
        "请换用内存更大的机器或 --engine local 重新运行；已完成的部分会保留",
        "run it again with more memory or with --engine local; what is finished is kept",
    ),
    "done": Wording(
        "{folder}：{total} 行，其中 {rejected} 行未读入；结果文件 {parts} 个",
        "{folder}: {total} rows, {rejected} rejected, {parts} parts",
    ),
    "not_day": Wording("须为日期，例如 2026-11-22，而不是 {text!r}", "must be a day like 2026-11-22, not {text!r}"),
    "not_seconds": Wording("须为大于 0 的秒数，而不是 {text!r}", "must be seconds, more than 0, not {text!r}"),
}


def say(code: str, **params: object) -> str:
    """Return a message with what to do about it, in both languages, on one line."""
    wording = WORDS[code]
    hints = (wording.hint_zh.format(**params), wording.hint_en.format(**params))
    return _line(wording.zh.format(**params), wording.en.format(**params), *hints)


def refusal(code: str, **params: object) -> CommandError:
    """Return why the command cannot go on."""
    return CommandError(say(code, **params))


def table_refusal(code: str, params: dict[str, object]) -> CommandError:
    """Return why the file cannot be read as a table."""
    (zh, hint_zh), (en, hint_en) = word(code, params, "zh"), word(code, params, "en")
    return CommandError(_line(zh, en, hint_zh, hint_en))


def _line(zh: str, en: str, hint_zh: str, hint_en: str) -> str:
    return f"{zh}{'；' if hint_zh else ''}{hint_zh}。 / {en}{'; ' if hint_en else ''}{hint_en}"
