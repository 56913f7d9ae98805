"""What stored facts and the steps at which rules ran are called."""

from app.kernel.messages import N_

FIELD_TITLES = {
    "state": N_("状态"),
    "amount": N_("金额（元）"),
    "category": N_("人员类别"),
    "contract_start": N_("合同开始日期"),
    "contract_end": N_("合同终止日期"),
    "phone_cipher": N_("联系电话"),
    "remark": N_("备注"),
    "start": N_("公示开始"),
    "end": N_("公示结束"),
    "paid_on": N_("发放日期"),
    "voucher_no": N_("凭证号"),
    "rows": N_("行数"),
    "passed": N_("通过"),
    "failed": N_("未通过"),
    "account_id": N_("银行账户"),
    "last4": N_("账号末四位"),
    "roles": N_("角色"),
    "office": N_("机构"),
    "days": N_("天数"),
    "value": N_("值"),
    "parameter": N_("参数"),
    "starts_on": N_("生效日期"),
    "ends_on": N_("失效日期"),
    "document": N_("文件依据"),
    "active": N_("启用"),
    "attachment_id": N_("附件"),
    "sha256": N_("文件校验值"),
    "failed_rows": N_("未通过行数"),
    "person_id": N_("人员编号"),
    "day": N_("截至日期"),
    "shown": N_("查看的内容"),
    "objection_id": N_("异议"),
    "policy": N_("政策参数"),
    "left": N_("仍为旧密钥"),
    "cause": N_("事由"),
    "given_by": N_("经办管理员"),
    "required": N_("须由第二名管理员确认"),
    "freed": N_("随即生效的授权"),
}
PHASES = {
    "check": N_("人员校验时"),
    "submit": N_("提交时"),
    "approve": N_("审核时"),
    "pass_publicity": N_("公示结果时"),
    "list": N_("编制发放清单时"),
    "disburse": N_("发放时"),
}
SHOWN = {"citizen_id": N_("公民身份号码"), "phone": N_("联系电话"), "account": N_("收款账户")}
"""What somebody had shown in full."""
