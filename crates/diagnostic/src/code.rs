//! The table of error codes: one entry a code, with its class, its message in every language and its cure.
//!
//! Codes are stable: programs match on them. A code that is no longer used stays here with a comment.

use crate::{Class, Locale};
use std::fmt;

#[macro_use]
mod table;

codes! {
    // definitions
    UnknownKey = "unknown_key" Check:
        en "unknown key `{key}`",
        zh_cn "未知的键 `{key}`", zh_tw "未知的鍵 `{key}`",
        cure "Correct the key's name or remove it; the schema of the kind lists the keys.";
    UnknownKind = "unknown_kind" Check:
        en "unknown kind `{kind}`",
        zh_cn "未知的定义种类 `{kind}`", zh_tw "未知的定義種類 `{kind}`",
        cure "Use one of the kinds of the definition language.";
    UnknownType = "unknown_type" Check:
        en "unknown type `{type}`",
        zh_cn "未知的类型 `{type}`", zh_tw "未知的類型 `{type}`",
        cure "Use one of the field types or step types.";
    UnknownReference = "unknown_reference" Check:
        en "{what} `{name}` does not exist",
        zh_cn "{what} `{name}` 不存在", zh_tw "{what} `{name}` 不存在",
        cure "Correct the name, or define what it names.";
    StrayFile = "stray_file" Check:
        en "no loader reads this file",
        zh_cn "没有任何加载器读取此文件", zh_tw "沒有任何載入器讀取此檔案",
        cure "Move the file into the folder of its kind, or remove it.";
    DuplicateName = "duplicate_name" Check:
        en "`{name}` is already defined in {first}",
        zh_cn "`{name}` 已在 {first} 中定义", zh_tw "`{name}` 已在 {first} 中定義",
        cure "Rename one of the two.";
    InvalidYaml = "invalid_yaml" Check:
        en "not readable: {reason}",
        zh_cn "无法解析：{reason}", zh_tw "無法解析：{reason}",
        cure "Correct the syntax at the place named.";
    InvalidValue = "invalid_value" Check:
        en "{reason}",
        zh_cn "{reason}", zh_tw "{reason}",
        cure "Write a value of the kind the message names.";
    InvalidName = "invalid_name" Check:
        en "`{name}` is not a permitted name: {reason}",
        zh_cn "`{name}` 不是允许的名称：{reason}", zh_tw "`{name}` 不是允許的名稱：{reason}",
        cure "Use snake_case that starts with a letter and is no reserved word.";
    MissingKey = "missing_key" Check:
        en "key `{key}` is missing",
        zh_cn "缺少键 `{key}`", zh_tw "缺少鍵 `{key}`",
        cure "Add the key.";
    LimitExceeded = "limit_exceeded" Check:
        en "{what} exceeds the limit of {limit}",
        zh_cn "{what} 超过上限 {limit}", zh_tw "{what} 超過上限 {limit}",
        cure "Make it smaller or split it.";
    NotYetSupported = "not_yet_supported" Check:
        en "{what} is not supported by this version",
        zh_cn "此版本尚不支持{what}", zh_tw "此版本尚不支援{what}",
        cure "Remove it until a version that executes it is installed.";
    Cycle = "cycle" Check:
        en "{what} form a cycle: {path}",
        zh_cn "{what} 形成循环：{path}", zh_tw "{what} 形成循環：{path}",
        cure "Break the cycle at one of the places named.";
    VersionMismatch = "version_mismatch" Check:
        en "{what} needs {wanted}, but {found} is there",
        zh_cn "{what} 需要 {wanted}，但现有 {found}", zh_tw "{what} 需要 {wanted}，但現有 {found}",
        cure "Install a version within the range.";
    LowerVersion = "lower_version" Check:
        en "pack {pack} {new} is lower than the installed {installed}",
        zh_cn "软件包 {pack} {new} 低于已安装的 {installed}", zh_tw "套件 {pack} {new} 低於已安裝的 {installed}",
        cure "Raise the version in pack.yaml.";
    Conflict = "conflict" Check:
        en "{what}",
        zh_cn "{what}", zh_tw "{what}",
        cure "Decide which of the two holds and remove the other.";
    MergeConflict = "merge_conflict" Check:
        en "both sides changed {what}",
        zh_cn "双方都修改了 {what}", zh_tw "雙方都修改了 {what}",
        cure "Take over the new value in the overlay or keep yours with a new `based_on`.";
    UnsafeChange = "unsafe_change" Check:
        en "{what} needs a check of the data: {reason}",
        zh_cn "{what} 需要检查数据：{reason}", zh_tw "{what} 需要檢查資料：{reason}",
        cure "Correct the records named by the plan, then apply again.";
    DraftChangesRecords = "draft_changes_records" Check:
        en "the draft changes more than what happens: {what}",
        zh_cn "草稿改动的不只是流程行为：{what}", zh_tw "草稿改動的不只是流程行為：{what}",
        cure "Publish what changes objects first; workflows, decisions, calendars and templates can be tried beforehand.";
    ScriptError = "script_error" Check:
        en "{reason}",
        zh_cn "{reason}", zh_tw "{reason}",
        cure "Correct the script at the line and column named.";
    TemplateError = "template_error" Check:
        en "{reason}",
        zh_cn "{reason}", zh_tw "{reason}",
        cure "Correct the template at the line and column named.";
    UnknownTimeZone = "unknown_time_zone" Check:
        en "there is no time zone `{name}`",
        zh_cn "没有时区 `{name}`", zh_tw "沒有時區 `{name}`",
        cure "Use a name of the IANA time zone database, such as Asia/Shanghai.";
    InvalidHours = "invalid_hours" Check:
        en "`{text}` are no hours such as 09:00-12:00",
        zh_cn "`{text}` 不是时间段，例如 09:00-12:00", zh_tw "`{text}` 不是時段，例如 09:00-12:00",
        cure "Write both ends as HH:MM; an end before the start is on the next day, 00:00-24:00 is the whole day.";
    InvalidSchedule = "invalid_schedule" Check:
        en "`{text}` is no schedule such as `0 9 * * 1-5`: {reason}",
        zh_cn "`{text}` 不是定时计划，例如 `0 9 * * 1-5`：{reason}", zh_tw "`{text}` 不是排程，例如 `0 9 * * 1-5`：{reason}",
        cure "Write minute, hour, day of the month, month and weekday: `0 9 * * 1-5` is nine o'clock from Monday to Friday.";
    InvalidDuration = "invalid_duration" Check:
        en "`{text}` is no length of time such as 90m, 3d or 1d 4h working",
        zh_cn "`{text}` 不是时长，例如 90m、3d 或 1d 4h working", zh_tw "`{text}` 不是時長，例如 90m、3d 或 1d 4h working",
        cure "Write numbers with w, d, h, m, s, the largest first, each once, and ` working` for working time, which has no weeks; a hundred years at most.";
    EmptyCalendar = "empty_calendar" Check:
        en "nobody ever works by this calendar: no day of the week has hours",
        zh_cn "此日历没有任何工作时间：一周中没有一天设有工作时段", zh_tw "此行事曆沒有任何工作時間：一週中沒有一天設有工作時段",
        cure "Give at least one day of the week hours.";
    OverlappingHours = "overlapping_hours" Check:
        en "the hours of {day} go on while those of {next} have begun",
        zh_cn "{day} 的工作时段延续到 {next} 开始之后", zh_tw "{day} 的工作時段延續到 {next} 開始之後",
        cure "End the shift earlier, or let the next begin later.";
    DayTwice = "day_twice" Check:
        en "{date} is said twice: by `{one}` and by workday `{other}`",
        zh_cn "{date} 重复设定：`{one}` 与补班日 `{other}`", zh_tw "{date} 重複設定：`{one}` 與補班日 `{other}`",
        cure "Leave the day out of one of the two.";
    InvalidCell = "invalid_cell" Check:
        en "the cell is not valid", zh_cn "单元格无效", zh_tw "儲存格無效",
        cure "Write tests of the column's type, such as `> 0.3`, `[1..5)`, `\"a\",\"b\"`, `not(...)` or `-`.";
    RulesOverlap = "rules_overlap" Check:
        en "rules {first} and {second} both hold for {example}, and `hit: unique` permits one",
        zh_cn "规则 {first} 与规则 {second} 同时适用于 {example}，而 `hit: unique` 只允许一条",
        zh_tw "規則 {first} 與規則 {second} 同時適用於 {example}，而 `hit: unique` 只允許一條",
        cure "Narrow one of the two, or use another hit policy.";
    RulesContradict = "rules_contradict" Check:
        en "rules {first} and {second} both hold for {example} and answer differently, which `hit: any` does not permit",
        zh_cn "规则 {first} 与规则 {second} 同时适用于 {example} 但结果不同，`hit: any` 不允许",
        zh_tw "規則 {first} 與規則 {second} 同時適用於 {example} 但結果不同，`hit: any` 不允許",
        cure "Let both answer the same, narrow one of the two, or use another hit policy.";
    ScenarioFailed = "scenario_failed" Check:
        en "{reason}",
        zh_cn "{reason}", zh_tw "{reason}",
        cure "Correct the definition, or the scenario where the definition is right.";
    // expressions
    ExpressionSyntax = "expression_syntax" Check:
        en "{reason}",
        zh_cn "{reason}", zh_tw "{reason}",
        cure "Correct the expression at the position named.";
    ExpressionType = "expression_type" Check:
        en "{reason}",
        zh_cn "{reason}", zh_tw "{reason}",
        cure "Compare and combine values of the same type.";
    ExpressionName = "expression_name" Check:
        en "unknown name `{name}`",
        zh_cn "未知的名称 `{name}`", zh_tw "未知的名稱 `{name}`",
        cure "Use a field of the object or a name that is in scope here.";
    ExpressionBackend = "expression_backend" Check:
        en "{what} cannot be evaluated {where}",
        zh_cn "{what} 无法在{where}计算", zh_tw "{what} 無法在{where}計算",
        cure "Rewrite the expression without it.";
    // malformed requests
    InvalidBody = "invalid_body" Malformed:
        en "the body is not readable: {reason}",
        zh_cn "请求体无法解析：{reason}", zh_tw "請求內容無法解析：{reason}",
        cure "Send valid JSON of the documented shape.";
    InvalidFile = "invalid_file" Malformed:
        en "the file is not readable: {reason}",
        zh_cn "文件无法读取：{reason}", zh_tw "檔案無法讀取：{reason}",
        cure "Save it anew as CSV (UTF-8) or XLSX, with the names of the columns in its first line.";
    UnknownParameter = "unknown_parameter" Malformed:
        en "unknown parameter `{name}`",
        zh_cn "未知的参数 `{name}`", zh_tw "未知的參數 `{name}`",
        cure "Use the parameters of the interface description.";
    InvalidParameter = "invalid_parameter" Malformed:
        en "parameter `{name}`: {reason}",
        zh_cn "参数 `{name}`：{reason}", zh_tw "參數 `{name}`：{reason}",
        cure "Correct the parameter.";
    UnknownField = "unknown_field" Malformed:
        en "unknown field `{name}`",
        zh_cn "未知的字段 `{name}`", zh_tw "未知的欄位 `{name}`",
        cure "Use a field of the object that you may read.";
    InvalidFilter = "invalid_filter" Malformed:
        en "the filter is not valid: {reason}",
        zh_cn "筛选条件无效：{reason}", zh_tw "篩選條件無效：{reason}",
        cure "Correct the expression.";
    InvalidCursor = "invalid_cursor" Malformed:
        en "the cursor is not valid here",
        zh_cn "游标在此无效", zh_tw "游標在此無效",
        cure "Start again from the first page.";
    InvalidFieldValue = "invalid_field_value" Malformed:
        en "`{field}` must be {expected}",
        zh_cn "`{field}` 必须是{expected}", zh_tw "`{field}` 必須是{expected}",
        cure "Send a value of the field's type.";
    ReadOnlyField = "read_only_field" Malformed:
        en "`{field}` cannot be written",
        zh_cn "`{field}` 不可写入", zh_tw "`{field}` 不可寫入",
        cure "Leave the field out.";
    QueryTooComplex = "query_too_complex" Malformed:
        en "the query is too complex: {reason}",
        zh_cn "查询过于复杂：{reason}", zh_tw "查詢過於複雜：{reason}",
        cure "Ask for less at once.";
    InvalidHeader = "invalid_header" Malformed:
        en "header `{name}`: {reason}",
        zh_cn "请求头 `{name}`：{reason}", zh_tw "請求標頭 `{name}`：{reason}",
        cure "Correct the header.";
    NumberOutOfRange = "number_out_of_range" Malformed:
        en "the number is out of range",
        zh_cn "数值超出范围", zh_tw "數值超出範圍",
        cure "Use at most 18 digits.";
    DateOutOfRange = "date_out_of_range" Malformed:
        en "the date is outside the years 1 to 9999",
        zh_cn "日期超出公元 1 年至 9999 年的范围", zh_tw "日期超出西元 1 年至 9999 年的範圍",
        cure "Use another date, or a shorter length of time.";
    // who
    Unauthenticated = "unauthenticated" Unauthenticated:
        en "sign in first",
        zh_cn "请先登录", zh_tw "請先登入",
        cure "Send a valid session cookie or bearer token.";
    InvalidCredentials = "invalid_credentials" Unauthenticated:
        en "login or password is wrong",
        zh_cn "登录名或密码错误", zh_tw "登入名稱或密碼錯誤",
        cure "Try again, or ask an administrator for a new password.";
    PasswordChangeRequired = "password_change_required" Forbidden:
        en "the one-time password must be changed first",
        zh_cn "必须先修改一次性密码", zh_tw "必須先修改一次性密碼",
        cure "Sign in with `new_password` or run `lifeloom user password`.";
    NotPermitted = "not_permitted" Forbidden:
        en "you may not {action} {what}",
        zh_cn "您无权{action}{what}", zh_tw "您無權{action}{what}",
        cure "Ask an administrator for a role that permits it.";
    OtpRequired = "otp_required" Unauthenticated:
        en "a code of the authenticator app is needed",
        zh_cn "需要输入验证器应用中的动态码", zh_tw "需要輸入驗證器應用程式中的動態碼",
        cure "Sign in with `otp`: the code that the app shows, or a recovery code.";
    InvalidOtp = "invalid_otp" Forbidden:
        en "the code is wrong or was used before",
        zh_cn "动态码错误或已使用过", zh_tw "動態碼錯誤或已使用過",
        cure "Wait for the next code of the app, and check the clock of the device.";
    SecondFactorExists = "second_factor_exists" Conflict:
        en "an authenticator app is already set up",
        zh_cn "已绑定验证器应用", zh_tw "已綁定驗證器應用程式",
        cure "Remove it first; that needs the password and a code.";
    InvalidResetLink = "invalid_reset_link" Unauthenticated:
        en "the link is unknown, was used or has ended",
        zh_cn "链接无效、已使用或已过期", zh_tw "連結無效、已使用或已過期",
        cure "Ask for a new link.";
    InvalidMessage = "invalid_message" Unauthenticated:
        en "the message does not prove who sends it",
        zh_cn "消息无法证明其发送方", zh_tw "訊息無法證明其傳送方",
        cure "Sign the seconds since 1970, a point and the body with HMAC-SHA256 under the secret of the webhook, and send it within five minutes.";
    CrossSite = "cross_site" Forbidden:
        en "the request comes from another site",
        zh_cn "请求来自其他网站", zh_tw "請求來自其他網站",
        cure "Send requests from the product's own pages, or with a bearer token.";
    // what
    NotFound = "not_found" NotFound:
        en "not found",
        zh_cn "未找到", zh_tw "找不到",
        cure "Check the name or the id.";
    UnknownRoute = "unknown_route" NotFound:
        en "there is nothing at this address",
        zh_cn "此地址不存在", zh_tw "此位址不存在",
        cure "See /api/v1/openapi.json for what there is.";
    MethodNotAllowed = "method_not_allowed" Method:
        en "this address does not take {method}",
        zh_cn "此地址不支持 {method}", zh_tw "此位址不支援 {method}",
        cure "Use one of the methods the answer's Allow header names.";
    // state
    Duplicate = "duplicate" Conflict:
        en "a record with the same {fields} exists",
        zh_cn "已存在相同{fields}的记录", zh_tw "已存在相同{fields}的記錄",
        cure "Use the existing record, or other values.";
    ReferencedElsewhere = "referenced_elsewhere" Conflict:
        en "other records refer to this one",
        zh_cn "其他记录引用了此记录", zh_tw "其他記錄引用了此記錄",
        cure "Remove the references first.";
    RecordLocked = "record_locked" Conflict:
        en "the record is locked while it is being approved",
        zh_cn "记录审批期间已锁定", zh_tw "記錄簽核期間已鎖定",
        cure "Wait for the decision, or withdraw the request.";
    InvalidTransition = "invalid_transition" Conflict:
        en "{move} is not possible from {from}",
        zh_cn "无法从 {from} 执行 {move}", zh_tw "無法從 {from} 執行 {move}",
        cure "Use a move that starts at the record's stage.";
    AlreadyPending = "already_pending" Conflict:
        en "an approval of this record is already running",
        zh_cn "该记录已有进行中的审批", zh_tw "該記錄已有進行中的簽核",
        cure "Wait for its decision, or withdraw it.";
    HandoverRunning = "handover_running" Conflict:
        en "a handover of this person's records is already running",
        zh_cn "该人员的数据交接正在进行", zh_tw "該人員的資料交接正在進行",
        cure "Wait for its job to end.";
    TransferBusy = "transfer_busy" Conflict:
        en "this is not possible now: {state}",
        zh_cn "当前状态下无法执行：{state}", zh_tw "目前狀態下無法執行：{state}",
        cure "Look at the import or export again; wait for its job, or start anew with another upload.";
    TaskDecided = "task_decided" Conflict:
        en "the task is already decided or done",
        zh_cn "任务已处理", zh_tw "任務已處理",
        cure "Reload the task.";
    NotYourTurn = "not_your_turn" Conflict:
        en "it is not your turn yet: others decide before you",
        zh_cn "尚未轮到您审批：前面还有审批人未处理", zh_tw "尚未輪到您簽核：前面還有簽核人未處理",
        cure "Wait until those before you have decided; the task then appears in your box.";
    InstanceEnded = "instance_ended" Conflict:
        en "the approval has already ended",
        zh_cn "审批已结束", zh_tw "簽核已結束",
        cure "Start a new one if needed.";
    InstanceSuspended = "instance_suspended" Conflict:
        en "the flow is suspended: an administrator has to resume it first",
        zh_cn "流程已挂起，需由管理员恢复后才能继续",
        zh_tw "流程已暫停，須由管理員恢復後才能繼續",
        cure "Wait until an administrator resumes the flow, or ask for it.";
    MigrationStepGone = "migration_step_gone" Conflict:
        en "the published version has no step `{step}`",
        zh_cn "已发布的版本没有步骤“{step}”", zh_tw "已發布的版本沒有步驟「{step}」",
        cure "Say which step takes its place (`map`), take the flow to another step first, or cancel it.";
    MigrationOtherKind = "migration_other_kind" Conflict:
        en "step `{step}` is of the kind `{kind}` here and of the kind `{other}` in the published version",
        zh_cn "步骤“{step}”在这里是“{kind}”，在已发布的版本里是“{other}”",
        zh_tw "步驟「{step}」在這裡是「{kind}」，在已發布的版本裡是「{other}」",
        cure "Say which step of the same kind takes its place (`map`), or take the flow to another step first.";
    MigrationElsewhere = "migration_elsewhere" Conflict:
        en "step `{step}` lies inside another step in the published version",
        zh_cn "步骤“{step}”在已发布的版本里属于另一个步骤", zh_tw "步驟「{step}」在已發布的版本裡屬於另一個步驟",
        cure "Say which step takes its place (`map`), or take the flow to a step that both versions have at the same place.";
    MigrationStepsMeet = "migration_steps_meet" Conflict:
        en "steps `{step}` and `{other}` run at the same time here and follow one another in the published version",
        zh_cn "步骤“{step}”与“{other}”在这里同时进行，在已发布的版本里先后进行",
        zh_tw "步驟「{step}」與「{other}」在這裡同時進行，在已發布的版本裡先後進行",
        cure "Wait until one of them has ended, or take the flow to another step first.";
    MigrationAwaitedGone = "migration_awaited_gone" Conflict:
        en "step `{step}` waits for `{branch}`, which the published version does not wait for",
        zh_cn "步骤“{step}”正在等待“{branch}”，已发布的版本不等待它",
        zh_tw "步驟「{step}」正在等待「{branch}」，已發布的版本不等待它",
        cure "Wait until it has happened, or take the flow to another step first.";
    MigrationOtherSubject = "migration_other_subject" Conflict:
        en "the published version is about another object, or is an approval where this one is an automation",
        zh_cn "已发布的版本针对另一个对象，或用途（审批、自动化）不同",
        zh_tw "已發布的版本針對另一個物件，或用途（簽核、自動化）不同",
        cure "Let it end under its own version, or cancel it and start a new one.";
    WithdrawTooLate = "withdraw_too_late" Conflict:
        en "it can no longer be withdrawn",
        zh_cn "已无法撤回", zh_tw "已無法撤回",
        cure "Ask an approver to return or reject it.";
    NobodyToUrge = "nobody_to_urge" Conflict:
        en "nobody has an open task that could be urged",
        zh_cn "当前没有待办任务可以催办",
        zh_tw "目前沒有待辦任務可以催辦",
        cure "Wait: the flow goes on by itself.";
    TakeBackTooLate = "take_back_too_late" Conflict:
        en "it can no longer be taken back",
        zh_cn "已无法拿回", zh_tw "已無法取回",
        cure "Ask whoever acts now to return it.";
    InitiatorMayNot = "initiator_may_not" Conflict:
        en "whoever asked for `{move}` may not make this move any more",
        zh_cn "申请“{move}”的人已无权执行该操作", zh_tw "申請「{move}」的人已無權執行該操作",
        cure "Reject it, or have an administrator end the flow; somebody else then asks for it anew.";
    FlowTooLong = "flow_too_long" Conflict:
        en "the flow goes on without an end: {most} steps in one go, the last of them `{step}`",
        zh_cn "流程没有终点：一次执行了 {most} 个步骤，最后停在“{step}”", zh_tw "流程沒有終點：一次執行了 {most} 個步驟，最後停在「{step}」",
        cure "Give the loop an end, or a step that waits for somebody.";
    FlowTooDeep = "flow_too_deep" Conflict:
        en "flows start flows {most} deep, the last of them `{workflow}`",
        zh_cn "流程层层启动流程，已达 {most} 层，最后一个是“{workflow}”", zh_tw "流程層層啟動流程，已達 {most} 層，最後一個是「{workflow}」",
        cure "Let no flow start itself below itself, or raise `max_depth` of its `reentry`.";
    IdempotencyInFlight = "idempotency_in_flight" Conflict:
        en "a request with this key is being handled",
        zh_cn "使用此键的请求正在处理", zh_tw "使用此鍵的請求正在處理",
        cure "Wait and repeat.";
    StaleVersion = "stale_version" Stale:
        en "the record was changed in the meantime",
        zh_cn "记录已被他人修改", zh_tw "記錄已被他人修改",
        cure "Read it again and repeat the change.";
    TooLarge = "too_large" TooLarge:
        en "the request is larger than {limit}",
        zh_cn "请求超过 {limit}", zh_tw "請求超過 {limit}",
        cure "Send less at once.";
    BodyTooSlow = "body_too_slow" TooSlow:
        en "the body did not arrive in time",
        zh_cn "请求体未能及时到达", zh_tw "請求內容未能及時到達",
        cure "Send the body without pauses; split what is large.";
    FileRefused = "file_refused" Rule:
        en "the file is refused: {reason}",
        zh_cn "文件被拒绝：{reason}", zh_tw "檔案被拒絕：{reason}",
        cure "Upload a file of a type and size that the field takes, as the user who puts it into the record.";
    UploadOffset = "upload_offset" Conflict:
        en "the upload stands at byte {offset}",
        zh_cn "上传停在第 {offset} 字节", zh_tw "上傳停在第 {offset} 位元組",
        cure "Ask for `Upload-Offset` by HEAD, and go on from there.";
    UnsupportedMediaType = "unsupported_media_type" MediaType:
        en "content type `{type}` is not read here",
        zh_cn "不支持内容类型 `{type}`", zh_tw "不支援內容類型 `{type}`",
        cure "Send application/json.";
    // rules
    Required = "required" Rule:
        en "`{field}` is required",
        zh_cn "`{field}` 为必填项", zh_tw "`{field}` 為必填項",
        cure "Fill in the field.";
    DecisionNotUnique = "decision_not_unique" Rule:
        en "decision `{decision}`: rules {rules} hold at once, and one at most may",
        zh_cn "决策表 `{decision}`：规则 {rules} 同时适用，而最多只允许一条", zh_tw "決策表 `{decision}`：規則 {rules} 同時適用，而最多只允許一條",
        cure "Narrow the rules, or give the table another hit policy.";
    DecisionContradicts = "decision_contradicts" Rule:
        en "decision `{decision}`: rules {rules} hold at once and answer differently",
        zh_cn "决策表 `{decision}`：规则 {rules} 同时适用但结果不同", zh_tw "決策表 `{decision}`：規則 {rules} 同時適用但結果不同",
        cure "Let the rules answer the same, or give the table another hit policy.";
    RuleViolated = "rule_violated" Rule:
        en "rule `{rule}` is not met",
        zh_cn "不满足规则 `{rule}`", zh_tw "不符合規則 `{rule}`",
        cure "Change the values the rule speaks of.";
    NoWorkingTime = "no_working_time" Rule:
        en "by calendar {calendar} nobody works for five years around {date}",
        zh_cn "按日历 {calendar}，{date} 前后五年内没有工作时间", zh_tw "按行事曆 {calendar}，{date} 前後五年內沒有工作時間",
        cure "Correct the holidays of the calendar, or name another one.";
    HiddenValue = "hidden_value" Rule:
        en "a value that is not shown to you is missing or not allowed",
        zh_cn "有一项您无权查看的值缺失或不符合要求", zh_tw "有一項您無權檢視的值缺漏或不符合要求",
        cure "Ask somebody who may see the whole record, or an administrator.";
    TooLong = "too_long" Rule:
        en "`{field}` has more than {max} characters",
        zh_cn "`{field}` 超过 {max} 个字符", zh_tw "`{field}` 超過 {max} 個字元",
        cure "Shorten it.";
    TooShort = "too_short" Rule:
        en "`{field}` has fewer than {min} characters",
        zh_cn "`{field}` 少于 {min} 个字符", zh_tw "`{field}` 少於 {min} 個字元",
        cure "Lengthen it.";
    TooSmall = "too_small" Rule:
        en "`{field}` must be at least {min}",
        zh_cn "`{field}` 不得小于 {min}", zh_tw "`{field}` 不得小於 {min}",
        cure "Enter a larger value.";
    TooBig = "too_big" Rule:
        en "`{field}` must be at most {max}",
        zh_cn "`{field}` 不得大于 {max}", zh_tw "`{field}` 不得大於 {max}",
        cure "Enter a smaller value.";
    PatternMismatch = "pattern_mismatch" Rule:
        en "`{field}` does not have the required form",
        zh_cn "`{field}` 格式不符", zh_tw "`{field}` 格式不符",
        cure "Follow the form the field's help describes.";
    UnknownOption = "unknown_option" Rule:
        en "`{value}` is not an option of `{field}`",
        zh_cn "`{value}` 不是 `{field}` 的选项", zh_tw "`{value}` 不是 `{field}` 的選項",
        cure "Choose one of the options.";
    OptionNotOffered = "option_not_offered" Rule:
        en "`{field}` does not offer `{value}` here",
        zh_cn "`{field}` 此处不提供选项 `{value}`", zh_tw "`{field}` 此處不提供選項 `{value}`",
        cure "Choose an option that is not retired and whose condition the record meets.";
    ReferenceNotFound = "reference_not_found" Rule:
        en "`{field}` refers to a record that does not exist",
        zh_cn "`{field}` 引用的记录不存在", zh_tw "`{field}` 參照的記錄不存在",
        cure "Choose an existing record.";
    NotChoosable = "not_choosable" Rule:
        en "`{field}` may not refer to this record",
        zh_cn "`{field}` 不能引用此记录", zh_tw "`{field}` 不能參照此記錄",
        cure "Choose one that meets the field's condition.";
    TooFewChildren = "too_few_children" Rule:
        en "`{field}` needs at least {min} entries",
        zh_cn "`{field}` 至少需要 {min} 条", zh_tw "`{field}` 至少需要 {min} 筆",
        cure "Add entries.";
    TooManyChildren = "too_many_children" Rule:
        en "`{field}` takes at most {max} entries",
        zh_cn "`{field}` 最多 {max} 条", zh_tw "`{field}` 最多 {max} 筆",
        cure "Remove entries.";
    TreeCycle = "tree_cycle" Rule:
        en "a record cannot be below itself",
        zh_cn "记录不能位于自身之下", zh_tw "記錄不能位於自身之下",
        cure "Choose another parent.";
    HookRefused = "hook_refused" Rule:
        en "{reason}",
        zh_cn "{reason}", zh_tw "{reason}",
        cure "Do what the message says.";
    ScriptFailed = "script_failed" Rule:
        en "script {script} failed: {reason}",
        zh_cn "脚本 {script} 执行失败：{reason}", zh_tw "腳本 {script} 執行失敗：{reason}",
        cure "Tell an administrator; the script must be corrected.";
    ScriptLimit = "script_limit" Rule:
        en "script {script} was stopped: {reason}",
        zh_cn "脚本 {script} 被终止：{reason}", zh_tw "腳本 {script} 被終止：{reason}",
        cure "Tell an administrator; the script does too much.";
    ConnectorFailed = "connector_failed" Gateway:
        en "{connector} did not do it: {reason}",
        zh_cn "{connector} 未完成请求：{reason}", zh_tw "{connector} 未完成請求：{reason}",
        cure "Look at what the other system answered; check the connector's address and secrets.";
    EffectRefused = "effect_refused" Rule:
        en "the {what} cannot be sent: {reason}",
        zh_cn "{what} 无法发送：{reason}", zh_tw "{what} 無法傳送：{reason}",
        cure "Correct the address, the subject or the text.";
    IdempotencyMismatch = "idempotency_mismatch" Rule:
        en "this key was used with another body",
        zh_cn "此键已用于其他请求体", zh_tw "此鍵已用於其他請求內容",
        cure "Use a new key for a new request.";
    NobodyToApprove = "nobody_to_approve" Rule:
        en "nobody can act on step {step}",
        zh_cn "步骤 {step} 无人可处理", zh_tw "步驟 {step} 無人可處理",
        cure "Tell an administrator; the step's performers are empty.";
    TooFewToApprove = "too_few_to_approve" Rule:
        en "too few people can act on step {step} for it to be passed",
        zh_cn "步骤 {step} 可处理的人员不足，无法通过", zh_tw "步驟 {step} 可處理的人員不足，無法通過",
        cure "Let more people act, or lower the weight that the step asks for.";
    SeparateDuties = "separate_duties" Rule:
        en "whoever approved step {other} may not approve step {step}",
        zh_cn "已审批步骤 {other} 的人员不能再审批步骤 {step}", zh_tw "已簽核步驟 {other} 的人員不能再簽核步驟 {step}",
        cure "Somebody else must approve; give the task to another person.";
    OwnRequest = "own_request" Rule:
        en "whoever started this may not approve step {step}",
        zh_cn "发起人不能审批步骤 {step}", zh_tw "發起人不能簽核步驟 {step}",
        cure "Somebody else must approve; give the task to another person.";
    CommentRequired = "comment_required" Rule:
        en "say why",
        zh_cn "请填写意见", zh_tw "請填寫意見",
        cure "Send a comment.";
    WeakPassword = "weak_password" Rule:
        en "the password is too weak: {reason}",
        zh_cn "密码强度不足：{reason}", zh_tw "密碼強度不足：{reason}",
        cure "Use at least 10 characters that are not on the list of common passwords.";
    PreconditionRequired = "precondition_required" PreconditionRequired:
        en "this object needs If-Match",
        zh_cn "此对象要求 If-Match", zh_tw "此物件要求 If-Match",
        cure "Send the ETag you read as If-Match.";
    TooManyRequests = "too_many_requests" TooMany:
        en "too many attempts; try again later",
        zh_cn "尝试次数过多，请稍后再试", zh_tw "嘗試次數過多，請稍後再試",
        cure "Wait as long as Retry-After says.";
    TooSoon = "too_soon" TooMany:
        en "those it waits for were notified less than {minutes} minutes ago",
        zh_cn "{minutes} 分钟内已催办过，请稍后再试",
        zh_tw "{minutes} 分鐘內已催辦過，請稍後再試",
        cure "Wait as long as Retry-After says.";
    QuotaExceeded = "quota_exceeded" NoSpace:
        en "the quota is used up: {what}, at most {limit}",
        zh_cn "配额已用完：{what}，上限 {limit}", zh_tw "配額已用完：{what}，上限 {limit}",
        cure "Remove what is no longer needed, or ask an administrator for a larger quota.";
    // environment
    Internal = "internal" Internal:
        en "an internal error happened; it is recorded under {trace}",
        zh_cn "发生内部错误，记录编号 {trace}", zh_tw "發生內部錯誤，記錄編號 {trace}",
        cure "Give the number to an administrator.";
    NotReady = "not_ready" Unavailable:
        en "the service is not ready",
        zh_cn "服务尚未就绪", zh_tw "服務尚未就緒",
        cure "Try again in a moment.";
    DatabaseUnavailable = "database_unavailable" Unavailable:
        en "the database cannot be reached: {reason}",
        zh_cn "无法连接数据库：{reason}", zh_tw "無法連線資料庫：{reason}",
        cure "Start the database or correct its address.";
    DatabaseBusy = "database_busy" Unavailable:
        en "the database is busy",
        zh_cn "数据库繁忙", zh_tw "資料庫忙碌",
        cure "Try again in a moment.";
    DiskFull = "disk_full" NoSpace:
        en "the disk is full",
        zh_cn "磁盘已满", zh_tw "磁碟已滿",
        cure "Free some space; nothing was changed.";
    ReadOnlyStorage = "read_only_storage" Environment:
        en "{path} cannot be written: {reason}",
        zh_cn "{path} 无法写入：{reason}", zh_tw "{path} 無法寫入：{reason}",
        cure "Give the process write access, or choose another --data folder.";
    DatabaseInUse = "database_in_use" Environment:
        en "another process already uses {path}",
        zh_cn "另一个进程正在使用 {path}", zh_tw "另一個行程正在使用 {path}",
        cure "Stop that process, or choose another --data folder.";
    DatabaseTooNew = "database_too_new" Environment:
        en "the database was written by a newer version ({found}; this one knows {known})",
        zh_cn "数据库由更新的版本写入（{found}，本版本支持 {known}）", zh_tw "資料庫由較新的版本寫入（{found}，本版本支援 {known}）",
        cure "Install the newer version again.";
    PortInUse = "port_in_use" Environment:
        en "address {address} is in use",
        zh_cn "地址 {address} 已被占用", zh_tw "位址 {address} 已被佔用",
        cure "Stop what listens there, or choose another --listen address.";
    FileNotReadable = "file_not_readable" Environment:
        en "{path} cannot be read: {reason}",
        zh_cn "{path} 无法读取：{reason}", zh_tw "{path} 無法讀取：{reason}",
        cure "Check the path and its permissions.";
    PackNotFound = "pack_not_found" Check:
        en "pack `{pack}` was not found",
        zh_cn "未找到软件包 `{pack}`", zh_tw "找不到套件 `{pack}`",
        cure "Give the folder of a pack, or the name of a built-in one.";
    InvalidConfiguration = "invalid_configuration" Environment:
        en "{reason}",
        zh_cn "{reason}", zh_tw "{reason}",
        cure "Correct the option, the environment variable or lifeloom.toml.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests;
