//! Texts for a large desk: words as often as words are (a few everywhere, most seldom), Chinese and English.

use rand::RngExt;
use rand::rngs::StdRng;

/// Words of the trade, the commonest first.
const CHINESE: [&str; 48] = [
    "提现",
    "充值",
    "到账",
    "没有",
    "已经",
    "请问",
    "什么",
    "怎么",
    "账户",
    "确认",
    "地址",
    "验证",
    "时间",
    "交易",
    "手机",
    "身份",
    "显示",
    "成功",
    "客服",
    "问题",
    "谢谢",
    "麻烦",
    "审核",
    "网络",
    "余额",
    "订单",
    "申诉",
    "钱包",
    "两步",
    "登录",
    "密码",
    "邮箱",
    "冻结",
    "解除",
    "手续费",
    "区块",
    "转账",
    "平台",
    "卖家",
    "买家",
    "截图",
    "银行卡",
    "人脸",
    "白名单",
    "合约",
    "杠杆",
    "备注",
    "链上",
];
const ENGLISH: [&str; 48] = [
    "the",
    "my",
    "withdrawal",
    "deposit",
    "is",
    "not",
    "account",
    "please",
    "still",
    "pending",
    "help",
    "wallet",
    "address",
    "sent",
    "hours",
    "confirm",
    "network",
    "transaction",
    "usdt",
    "why",
    "when",
    "can",
    "you",
    "check",
    "support",
    "verification",
    "reset",
    "phone",
    "email",
    "code",
    "order",
    "seller",
    "buyer",
    "appeal",
    "balance",
    "fee",
    "chain",
    "blocked",
    "unlock",
    "screenshot",
    "bank",
    "card",
    "memo",
    "margin",
    "futures",
    "limit",
    "review",
    "thanks",
];
const SYLLABLES: [&str; 24] = [
    "ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu", "han", "lin", "mar", "ton", "ver", "qui",
    "sol", "dex", "pan",
];

/// A message of about 130 bytes.
pub(super) fn sentence(random: &mut StdRng) -> String {
    let chinese = random.random_range(0..10) < 6;
    let mut text = String::new();
    let words = random.random_range(8..20);
    for place in 0..words {
        if chinese {
            if place > 0 && place % 6 == 0 {
                text.push('，');
            }
            text.push_str(CHINESE[often(random, CHINESE.len())]);
        } else {
            if place > 0 {
                text.push(' ');
            }
            text.push_str(ENGLISH[often(random, ENGLISH.len())]);
        }
    }
    text.push(' ');
    // A name and a number, so that the vocabulary grows as it does in life.
    for _ in 0..random.random_range(2..4) {
        text.push_str(SYLLABLES[random.random_range(0..SYLLABLES.len())]);
    }
    if random.random_range(0..5) == 0 {
        text.push_str(&format!(" 0x{:032x}{:032x}", random.random::<u128>(), random.random::<u128>()));
    } else {
        text.push_str(&format!(" {}", random.random_range(1..100_000)));
    }
    text
}

/// A place in a list of which the first come often and the last seldom.
fn often(random: &mut StdRng, count: usize) -> usize {
    let even: f64 = random.random();
    let place = (count as f64).powf(even) - 1.0;
    (place as usize).min(count - 1)
}
