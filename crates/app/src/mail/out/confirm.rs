//! The one mail that an address gets which was typed in a chat: a link, and nothing that a visitor wrote. Nobody can have the desk mail
//! their words to a stranger.

use super::letter::lines;
use super::queue::first_sender;
use super::route::{Route, Tried};
use crate::visitor::link_token;
use crate::{App, Error, Result};
use candor_connect::channel::email::automatic::headers_for_ours;
use candor_connect::channel::email::outgoing::{Outgoing, Party};
use candor_domain::event::Proof;
use candor_domain::locale::Locale;
use candor_store::job::Job;
use candor_store::{Pool, Query, confirmation, contact};
use uuid::Uuid;

/// Tries to hand over the link of the address that the job names.
pub(super) async fn send(app: &App, job: &Job) -> Result<Tried> {
    let id: Uuid = job.body.parse().map_err(|_| Error::Broken("a job of a link without its address".into()))?;
    let (host, site, now) = (app.host().to_owned(), app.config.public_url.clone(), app.now());
    let made = app.db.read(Pool::Quick, move |rx| made(rx, id, &host, &site, now)).await?;
    let Some((route, mail)) = made else { return Ok(None) };
    // Nothing comes back: an address that does not exist is never confirmed.
    route.hand_over_to_one(app, &mail, None).await
}

fn made(q: &mut impl Query, id: Uuid, host: &str, site: &str, now: i64) -> Result<Option<(Route, Outgoing)>> {
    let Some(asked) = confirmation::get(q, id)?.filter(|asked| asked.expires_at > now) else { return Ok(None) };
    let known = contact::identities(q, asked.contact)?.into_iter().find(|known| known.id == asked.identity);
    let Some(known) = known.filter(|known| known.identity.proof < Proof::Confirmed) else { return Ok(None) };
    let Some(sender) = first_sender(q)? else { return Err(Error::Conflict("nothing sends mail now")) };
    let route = Route::through(q, sender)?;
    let Some(own) = route.sender.settings.addresses.first().cloned() else { return Ok(None) };
    let (address, locale) = (known.identity.value, asked.locale);
    let token = link_token(q, id, &address);
    let link = format!("{}/confirm/{token}?lang={}", site.trim_end_matches('/'), locale.as_str());
    let said = paragraphs(&route.sender.settings.name, &link, locale);
    let mail = Outgoing {
        from: Party { name: route.sender.settings.name.clone(), mail: own },
        to: Party { name: String::new(), mail: address },
        cc: vec![],
        reply_to: None,
        subject: subject(locale).to_owned(),
        message_id: format!("l-{}@{host}", id.simple()),
        in_reply_to: None,
        date: now,
        text: format!("{}\n", said.join("\n\n")),
        html: said.iter().map(|words| format!("<p>{}</p>\n", lines(words))).collect(),
        files: vec![],
        fields: headers_for_ours().to_vec(),
    };
    Ok(Some((route, mail)))
}

fn subject(locale: Locale) -> &'static str {
    match locale {
        Locale::English => "Confirm where our answers go",
        Locale::SimplifiedChinese => "请确认接收客服回复的邮箱",
        Locale::TraditionalChinese => "請確認接收客服回覆的電子郵件信箱",
    }
}

/// `desk` is the sender's own name, set by whoever runs the desk.
fn paragraphs(desk: &str, link: &str, locale: Locale) -> Vec<String> {
    let desk = match (desk.is_empty(), locale) {
        (true, _) => String::new(),
        (false, Locale::English) => format!(" of {desk}"),
        (false, _) => format!("「{desk}」"),
    };
    match locale {
        Locale::English => vec![
            format!("Somebody who is in the support chat{desk} asked to have our answers mailed to this address. If that is you, open this page and press the button:"),
            link.to_owned(),
            "The link is good for 24 hours and works once. If it was not you, you need not do anything: without the button nothing more is sent to you from this chat.".to_owned(),
            "We never ask for your password, codes or recovery phrase, and never ask you to move funds.".to_owned(),
        ],
        Locale::SimplifiedChinese => vec![
            format!("有人在{desk}在线客服中填写了这个邮箱，希望通过邮件接收客服的回复。如果是您本人，请打开以下页面并点击按钮确认："),
            link.to_owned(),
            "链接 24 小时内有效，仅可使用一次。如果不是您本人操作，无需理会：未经确认，该会话不会再向您发送任何邮件。".to_owned(),
            "我们绝不会索要您的密码、验证码或助记词，也绝不会要求您转账。".to_owned(),
        ],
        Locale::TraditionalChinese => vec![
            format!("有人在{desk}線上客服中填寫了這個信箱，希望透過郵件接收客服的回覆。如果是您本人，請開啟以下頁面並按下按鈕確認："),
            link.to_owned(),
            "連結 24 小時內有效，僅能使用一次。如果不是您本人操作，無需理會：未經確認，該對話不會再向您寄送任何郵件。".to_owned(),
            "我們絕不會索取您的密碼、驗證碼或助記詞，也絕不會要求您轉帳。".to_owned(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_stands_alone_in_a_paragraph_in_each_language() {
        for locale in Locale::ALL {
            let said = paragraphs("Desk", "https://desk.test/confirm/x", *locale);
            assert!(said[0].contains("Desk") && said[1] == "https://desk.test/confirm/x" && said.len() == 4, "{said:?}");
        }
        assert!(paragraphs("", "x", Locale::English)[0].contains("support chat asked"));
    }
}
