"""Words of the screening console up to the results: signing in, upload, columns, progress."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "screen_title": ("园区筛查", "Screening"),
    "screen_lead": (
        "上传入驻企业名单，一次查看每家企业可能适用的政策措施，以及每项措施适合哪些企业。",
        "Upload the list of your tenants: see which measures each may use, and which tenants each measure fits.",
    ),
    "screen_handbook": ("园区使用手册", "Handbook for parks"),
    "screen_privacy": (
        "企业资料只用于本次筛查，只有本密钥可见，到期自动删除，也可随时删除；不写入日志和网址。",
        (
            "Company data is used for the screening only, seen by this key only, deleted when due or when you say so, "
            "and written to no log and no address."
        ),
    ),
    # Signing in
    "screen_sign_in_heading": ("用密钥登录", "Sign in with your key"),
    "screen_key": ("操作员密钥", "Operator key"),
    "screen_key_hint": ("以 cepei_ 开头，粘贴完整内容", "Begins with cepei_; paste all of it"),
    "screen_sign_in": ("登录", "Sign in"),
    "screen_sign_out": ("退出", "Sign out"),
    "screen_signed_in": ("已登录：{}", "Signed in: {}"),
    "screen_cookie": (
        "登录后保存一个必要的 Cookie，只在园区筛查页面使用，8 小时后失效；其中没有密钥本身。",
        "Signing in sets one necessary cookie for these pages only; it ends after 8 hours and does not hold the key.",
    ),
    "screen_where_key": ("没有密钥？", "No key?"),
    "screen_where_key_text": (
        "密钥由运行本服务的人员发放，只显示一次。首次用 make run 启动时，终端会显示一个本机密钥；也可用以下命令新建：",
        (
            "Whoever runs this service gives out keys; each is shown once. The first `make run` prints one for this "
            "machine in the terminal; another is made with:"
        ),
    ),
    "screen_wrong_key": (
        "密钥无效。请核对是否完整粘贴，是否已过期或已吊销。",
        "This key is not valid. Check that all of it was pasted, and that it has not expired or been revoked.",
    ),
    "screen_low_key": (
        "这个密钥不能用于园区筛查，需要操作员密钥。",
        "This key may not screen; an operator key is needed.",
    ),
    "screen_foreign_form": (
        "表单不是由本页面提交的，或登录已经更换",
        "The form did not come from this page, or somebody else has signed in since",
    ),
    "screen_foreign_hint": ("请返回后刷新页面再试", "go back, reload the page and try again"),
    # The list and the upload
    "screen_new": ("新建筛查", "New screening"),
    "screen_choose_file": ("企业名单文件", "File of tenants"),
    "screen_file_hint": (
        "CSV、XLSX、NDJSON 或 Parquet，不超过 {} MB；第一行为表头，每行一家企业。",
        "CSV, XLSX, NDJSON or Parquet, at most {} MB; headings first, then one company a row.",
    ),
    "screen_template": ("下载填写模板", "Download a template"),
    "screen_on": ("判断日期", "Day of the question"),
    "screen_on_hint": ("不填为今天", "Today if left empty"),
    "screen_statuses": ("纳入的文件", "Documents considered"),
    "screen_kept": ("文件与结果保存 {} 天后自动删除。", "File and results are deleted after {} days."),
    "screen_records_left": ("今日还可筛查 {} 家企业。", "{} more companies can be screened today."),
    "screen_upload": ("上传并查看识别结果", "Upload and check the columns"),
    "screen_list": ("我的筛查", "My screenings"),
    "screen_none": ("还没有筛查。", "No screening yet."),
    "screen_started": ("提交时间", "Submitted"),
    "screen_finished": ("完成时间", "Finished"),
    "screen_file": ("文件", "File"),
    "screen_state": ("状态", "State"),
    "screen_rows": ("企业数", "Companies"),
    "screen_catalogue": ("政策目录版本", "Catalogue"),
    "screen_expires": ("自动删除时间", "Deleted on"),
    "screen_rerun_badge": ("重新运行", "rerun"),
    "screen_deleted": ("筛查已删除，文件与结果均已清除。", "The screening is deleted, its file and results are gone."),
    "screen_no_statuses": ("请至少选择一类文件", "Choose at least one kind of document"),
    "screen_problem.records_exceeded": (
        "今日可筛查的企业数已用完，请明日再试。",
        "No companies left for today; try again tomorrow.",
    ),
    "screen_state.queued": ("排队中", "queued"),
    "screen_state.running": ("进行中", "running"),
    "screen_state.finished": ("已完成", "finished"),
    "screen_state.failed": ("未完成", "failed"),
    "screen_state.cancelled": ("已取消", "cancelled"),
    # The columns of an upload
    "screen_columns": ("核对识别的列", "Check the columns"),
    "screen_columns_lead": (
        "下面是对表头的理解。请核对标出的列，必要时改正，然后开始筛查。",
        "This is how the headings were understood. Check what stands out, correct it, then start.",
    ),
    "screen_columns_count": ("共 {0} 列，读取其中 {1} 列。", "{0} columns, {1} of them read."),
    "screen_columns_doubtful": ("{} 列需要核对", "{} to be checked"),
    "screen_sheet": ("工作表", "Sheet"),
    "screen_other_sheets": ("没有读取的工作表", "Sheets that are not read"),
    "screen_other_sheets_text": (
        "每个文件只读取一张工作表。以下工作表也有内容，没有读取；需要时请合并到同一张工作表，或另存为单独的文件上传。",
        (
            "One sheet of a file is read. These hold data too and are not read; put them into the same sheet, or "
            "upload them as files of their own."
        ),
    ),
    "screen_heading": ("表头", "Heading"),
    "screen_letter": ("（第 {} 列）", " (column {})"),
    "screen_samples": ("示例", "Samples"),
    "screen_no_samples": ("没有内容", "empty"),
    "screen_read_as": ("读作", "Read as"),
    "screen_unit": ("单位", "Unit"),
    "screen_unit_none": ("按表头或无单位", "As the heading says, or none"),
    "screen_unit_assumed": ("表头没有单位，按元读取", "The heading names no unit: read as yuan"),
    "screen_ignore": ("忽略", "Ignore"),
    "screen_not_open": ("（不可在此更改）", " (cannot be changed here)"),
    "screen_nearest": ("，最接近的是“{}”", "; nearest: {}"),
    "screen_column.used": ("已读取", "read"),
    "screen_column.ignored": ("与匹配无关，已忽略", "of no use for matching, ignored"),
    "screen_column.not_understood": ("没有识别", "not understood"),
    "screen_column.unit_not_understood": ("单位无法识别，未读取", "its unit is not understood, not read"),
    "screen_column.repeated": ("另一列已用于同一项，未读取", "another column is read for the same, not read"),
    "screen_start": ("开始筛查", "Start the screening"),
    "screen_look_again": ("按所选重新识别", "Look again with these"),
    "screen_discard": ("放弃并删除文件", "Discard the file"),
    "screen_hour": (
        "文件已上传，尚未开始。如不开始，一小时后自动删除。",
        "The file is uploaded, nothing has started. Unless started it is deleted after an hour.",
    ),
    # While it runs
    "screen_title.queued": ("筛查排队中", "Screening queued"),
    "screen_title.running": ("正在筛查", "Screening"),
    "screen_title.finished": ("筛查结果", "Results"),
    "screen_title.failed": ("筛查未完成", "The screening failed"),
    "screen_title.cancelled": ("筛查已取消", "The screening was cancelled"),
    "screen_ended.failed": (
        "没有产生结果。可在改正后重新上传，或重新运行。",
        "There are no results. Upload a corrected file, or run it again.",
    ),
    "screen_ended.cancelled": ("已按要求停止，没有结果。", "Stopped as asked; there are no results."),
    "screen_progress": ("筛查进度", "Progress"),
    "screen_queued": ("正在排队，很快开始。", "Waiting for its turn."),
    "screen_reading": ("正在读取文件。", "Reading the file."),
    "screen_rows_done": ("已完成 {0} 家，共 {1} 家", "{0} of {1} companies done"),
    "screen_rate": ("每秒约 {} 家", "about {} a second"),
    "screen_seconds_left": ("约剩 {} 秒", "about {} s left"),
    "screen_minutes_left": ("约剩 {} 分钟", "about {} min left"),
    "screen_stop": ("。", "."),
    "screen_reloads": ("页面每 5 秒自动刷新。", "This page reloads every 5 seconds."),
    "screen_reload": ("立即刷新", "Reload now"),
    "screen_cancel": ("取消筛查", "Cancel"),
    "screen_rerun": ("重新运行", "Run again"),
    "screen_delete": ("删除…", "Delete…"),
    "screen_delete_title": ("删除这次筛查？", "Delete this screening?"),
    "screen_delete_text": (
        "将删除 {} 提交的筛查：上传的文件和全部结果都会清除，不能恢复。",
        "The screening submitted on {} will be deleted: its file and all its results are gone for good.",
    ),
    "screen_delete_now": ("确认删除", "Delete it"),
    "screen_keep": ("保留", "Keep it"),
}
