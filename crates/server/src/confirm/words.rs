//! What the page says, in three languages.

use candor_domain::locale::Locale;

pub(super) struct Words {
    pub locale: Locale,
    pub ask: &'static str,
    pub ask_text: &'static str,
    pub button: &'static str,
    pub done: &'static str,
    pub done_text: &'static str,
    pub gone: &'static str,
    pub gone_text: &'static str,
    pub safe: &'static str,
}

const ENGLISH: Words = Words {
    locale: Locale::English,
    ask: "Answers from support by mail",
    ask_text: "Somebody in our support chat asked to have answers mailed to this address. If that is you, press the button. If not, close this page and nothing will be sent.",
    button: "Yes, send answers here",
    done: "Confirmed",
    done_text: "Answers that you do not see in the chat now come to this address. You can change that in the chat. You may close this page.",
    gone: "This link is no longer valid",
    gone_text: "It was used, has run out after 24 hours, or the address was changed in the chat. You can ask for a new one there.",
    safe: "We never ask for your password, codes or recovery phrase, and never ask you to move funds.",
};

const SIMPLIFIED: Words = Words {
    locale: Locale::SimplifiedChinese,
    ask: "通过邮件接收客服回复",
    ask_text: "有人在我们的在线客服中填写了您的邮箱，希望通过邮件接收回复。如果是您本人，请点击按钮确认；如果不是，请关闭此页面，我们不会发送任何内容。",
    button: "是我，请发送到此邮箱",
    done: "已确认",
    done_text: "您未在聊天中查看的回复，将发送到此邮箱。您可以随时在聊天窗口中更改。现在可以关闭此页面。",
    gone: "链接已失效",
    gone_text: "链接可能已使用、已超过 24 小时，或者邮箱已在聊天中更改。您可以在聊天窗口中重新获取。",
    safe: "我们绝不会索要您的密码、验证码或助记词，也绝不会要求您转账。",
};

const TRADITIONAL: Words = Words {
    locale: Locale::TraditionalChinese,
    ask: "透過郵件接收客服回覆",
    ask_text: "有人在我們的線上客服中填寫了您的信箱，希望透過郵件接收回覆。如果是您本人，請按下按鈕確認；如果不是，請關閉此頁面，我們不會寄送任何內容。",
    button: "是我，請寄到此信箱",
    done: "已確認",
    done_text: "您未在聊天中查看的回覆，將寄到此信箱。您可以隨時在聊天視窗中變更。現在可以關閉此頁面。",
    gone: "連結已失效",
    gone_text: "連結可能已使用、已超過 24 小時，或者信箱已在聊天中變更。您可以在聊天視窗中重新取得。",
    safe: "我們絕不會索取您的密碼、驗證碼或助記詞，也絕不會要求您轉帳。",
};

impl Words {
    pub(super) const fn of(locale: Locale) -> Self {
        match locale {
            Locale::English => ENGLISH,
            Locale::SimplifiedChinese => SIMPLIFIED,
            Locale::TraditionalChinese => TRADITIONAL,
        }
    }
}
