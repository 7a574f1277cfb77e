"""Words of the page that shows the API's contract; the contract itself is in English."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "contract_title": ("接口文档", "API documentation"),
    "contract_lead": (
        "每个调用需要什么、返回什么。下面的说明由程序生成，为英文；机器可读的契约是",
        "What every call takes and answers. Generated from the code; for machines there is",
    ),
    "contract_areas": ("调用分类", "Areas"),
    "contract_key": ("需要密钥", "needs a key"),
    "contract_parameters": ("参数", "Parameters"),
    "contract_body": ("请求正文", "Body"),
    "contract_answers": ("答案", "Answers"),
    "contract_name": ("名称", "Name"),
    "contract_place": ("位置", "In"),
    "contract_required": ("必填", "required"),
    "contract_type": ("类型", "Type"),
    "contract_meaning": ("含义", "Meaning"),
    "contract_shapes": ("数据结构", "Shapes"),
}
