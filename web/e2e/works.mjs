// A small pack whose flows fail, wait and are set off from elsewhere; its second version renames a step.

const OBJECT = `kind: object
name: job
label: {en: Job, zh-CN: 工单, zh-TW: 工單}
plural: {en: Jobs, zh-CN: 工单, zh-TW: 工單}
title: name
ownership: user
fields:
  name: {type: text, label: {en: Name, zh-CN: 名称, zh-TW: 名稱}, required: true, max: 60, search: true}
  kind: {type: text, label: {en: Kind, zh-CN: 类型, zh-TW: 類型}, max: 20}
  tries: {type: integer, label: {en: Tries, zh-CN: 次数, zh-TW: 次數}, default: 0}
rules:
  bounded: {require: tries <= 100, at: tries, error: {en: At most a hundred, zh-CN: 最多一百, zh-TW: 最多一百}}
`;

const approval = (first) => `kind: workflow
name: clearance
label: {en: Clearance, zh-CN: 放行审批, zh-TW: 放行審批}
use: approval
object: job
start: {by: [button]}
policy: {self: allow, comment_required: []}
overall_sla: {due: 2d}
steps:
  ${first}: {label: {en: Check, zh-CN: 检查, zh-TW: 檢查}, approve: {by: [{user: ann}]}}
  boss: {label: {en: Release, zh-CN: 放行, zh-TW: 放行}, approve: {by: [{role: lead}]}, allow: [return]}
  last: {label: {en: Filing, zh-CN: 归档, zh-TW: 歸檔}, handle: {by: [{user: ann}]}, form: filing, fields: {tries: hidden, kind: edit}}
`;

const FILES = {
  'objects/job.yaml': OBJECT,
  'forms/job.yaml': `kind: form
name: job
object: job
default: true
label: {en: Job, zh-CN: 工单, zh-TW: 工單}
sections: {main: {label: {en: What it is, zh-CN: 内容, zh-TW: 內容}, fields: [name, kind, tries]}}
`,
  'forms/filing.yaml': `kind: form
name: filing
object: job
label: {en: Filing, zh-CN: 归档, zh-TW: 歸檔}
sections: {shelf: {label: {en: On the shelf, zh-CN: 上架, zh-TW: 上架}, fields: [kind, tries]}}
`,
  'roles/worker.yaml': `kind: role
name: worker
label: {en: Worker, zh-CN: 员工, zh-TW: 員工}
objects: {job: {create: true, read: all, update: all}}
`,
  'roles/lead.yaml': `kind: role
name: lead
label: {en: Lead, zh-CN: 主管, zh-TW: 主管}
objects: {job: {read: all}}
`,
  'roles/archivist.yaml': `kind: role
name: archivist
label: {en: Archivist, zh-CN: 档案员, zh-TW: 檔案員}
objects: {job: {read: all}}
`,
  'workflows/count.yaml': `kind: workflow
name: count
label: {en: Count the tries, zh-CN: 计数, zh-TW: 計數}
use: automation
object: job
trigger: {record_created: {when: 'kind == "risky"'}}
steps:
  say: {label: {en: Write the count, zh-CN: 写入次数, zh-TW: 寫入次數}, update: {set_from: {tries: tries + 101}}}
`,
  'workflows/review.yaml': `kind: workflow
name: review
label: {en: Yearly review, zh-CN: 年度复核, zh-TW: 年度複核}
use: approval
object: job
start: {by: [button]}
steps:
  look: {label: {en: Look through, zh-CN: 查阅, zh-TW: 查閱}, approve: {by: [{role: archivist}]}}
`,
  'workflows/heard.yaml': `kind: workflow
name: heard
label: {en: Order paid, zh-CN: 订单已付款, zh-TW: 訂單已付款}
use: automation
trigger: {webhook: {parameters: {name: {type: text, required: true, max: 40}}}}
steps:
  keep: {create: {object: job, set_from: {name: name}}}
`,
  'connectors/erp.yaml': `kind: connector
name: erp
label: {en: ERP, zh-CN: ERP, zh-TW: ERP}
http: {url: 'https://erp.example.com/api', auth: {bearer: {secret: token}}}
operations:
  find_order: {label: {en: Find an order, zh-CN: 查询订单, zh-TW: 查詢訂單}, method: GET, path: '/orders/{number}', parameters: {number: {type: text, required: true}}, answer: {state: {type: text, path: /state}}}
`,
};

/** The files at a version: `first` is what the first step of the clearance is called there. */
export const works = (version, first) => ({
  'pack.yaml': `kind: pack\nname: works\nversion: ${version}\nrequires: {base: '*'}\nlabel: {en: Works, zh-CN: 工坊, zh-TW: 工坊}\n`,
  ...FILES,
  'workflows/clearance.yaml': approval(first),
});
