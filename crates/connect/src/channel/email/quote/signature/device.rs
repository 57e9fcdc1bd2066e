//! Lines that devices and mail clients write under a mail: "Sent from my iPhone", "发自我的iPhone".

use super::super::rows::Rows;

/// Such lines are short.
const MAX_BYTES: usize = 160;
const MAX_WORDS: usize = 12;

/// How they begin, in lower case. Alone none of them is enough: "sent from my wallet" is a customer's sentence.
static SENT: Rows = Rows::new(&[
    "sent from|sent via|sent with|sent using|sent by|from my|get outlook for|download outlook for|get bluemail for",
    "envoyé de|envoyé depuis|envoyé à partir|envoyé avec|envoyé via|envoyé par|envoyé d'|obtenir outlook",
    "obtenez outlook|télécharger outlook|von meinem|von meiner|gesendet von|gesendet mit|gesendet über|gesendet via",
    "gesendet aus|diese nachricht wurde|diese e-mail wurde|holen sie sich outlook|outlook für|mobil gesendet",
    "enviado desde|enviado con|enviado de|enviado mediante|obtener outlook|descargar outlook|consigue outlook",
    "inviato da|inviato dal|inviato con|inviato tramite|ottieni outlook|scarica outlook|enviado do|enviado a partir",
    "enviado pelo|enviado por|enviado via|obter o outlook|obtenha o outlook|baixe o outlook|verzonden vanaf",
    "verzonden met|verzonden vanuit|verzonden via|verstuurd vanaf|verstuurd met|verstuurd vanuit|verstuurd via",
    "outlook voor|download outlook voor|wysłane z|wysłano z|wysłane za|wysłano za|pobierz outlook|отправлено с",
    "отправлено из|отправлено через|отправлено от|отправлено мобильной|послано с|получить outlook|скачать outlook",
    "надіслано з|надіслано через|надіслано від|відправлено з|відправлено через|skickat från|skickas från|skickat med",
    "från min|hämta outlook|skaffa outlook|sendt fra|sendt med|sendt via|hent outlook|få outlook|lähetetty",
    "hanki outlook|odesláno z|odesláno pomocí|odesláno ze|odoslané z|odoslané zo|získejte outlook|stáhnout outlook",
    "küldve|elküldve|trimis de pe|trimis de la|trimis din|poslano s|poslano z|изпратено от|изпратено с|đã gửi từ",
    "được gửi từ|gửi từ|tải outlook|dikirim dari|dikirim dengan|dapatkan outlook|στάλθηκε από|εστάλη από|أرسلت من",
    "أُرسلت من|مرسل من|مُرسل من|تم الإرسال من|من الايفون|נשלח מ|ส่งจาก|ส่งด้วย|enviat des de|saadetud|发自|發自|发送自|發送自",
    "从我的|從我的|由我的|来自|來自|寄自|傳送自|传送自|通过我的|獲取 outlook|获取 outlook|取得 outlook|下载 outlook|下載 outlook|使用手机|本邮件由|iphoneから",
    "ipadから|androidから|outlook for|outlook を入手|나의 iphone|내 iphone|outlook 다운로드|outlook 받기",
]);

/// How they end where the device stands first.
static SENT_AFTER: Rows = Rows::new(&[
    "から送信|から送信されました|を入手|에서 보냄|에서 전송|에서 보낸 메일|에서 발송|gönderildi|küldve|gesendet|beziehen|edinin",
]);

/// Devices and clients by their names.
static BRANDS: Rows = Rows::new(&[
    "iphone|ipad|ipod|ios|macbook|android|samsung|galaxy|huawei|honor|xiaomi|redmi|poco|oppo|realme|vivo|oneplus",
    "meizu|htc|lg|nokia|lumia|sony|xperia|motorola|moto|pixel|nexus|lenovo|zte|asus|blackberry|wiko|tecno|infinix",
    "itel|alcatel|doogee|ulefone|fairphone|tcl|micromax|outlook|yahoo|gmail|hotmail|mail.ru|k-9|foxmail|spark|airmail",
    "mailbird|proton|protonmail|tutanota|tuta|thunderbird|bluemail|touchdown|superhuman|sparrow|zoho|aol|gmx|web.de",
    "mymail|edison|fastmail|missive|canary|яндекс|яндекс.почты|yandex|айфона|iphonesta|الايفون|الآيفون|آيفون",
]);

/// What a device or client is called in general; only after "sent from".
static GENERAL: Rows = Rows::new(&[
    "apple|mac|windows|mail|e-mail|email|smartphone|mobile|mobil|mobiltelefon|mobilgerät|handy|tablet|device|phone",
    "téléphone|teléfono|móvil|telefono|cellulare|telemóvel|celular|telefoon|telefonu|telefonem|телефона|смартфона",
    "устройства|телефону|смартфону|newton|mailbox|nine|mobiele|mobilní|mobilu|mobilen|puhelimesta|puhelimestani",
    "telefonumdan|handset|blackberry®|tablette|tableta",
]);

static KNOWN_JOINED: Rows = Rows::new(&[
    "手机|手機|小米|华为|華為|荣耀|魅族|三星|邮箱|郵箱|信箱|邮件|苹果|蘋果|平板|iphone|ipad|android|outlook|スマートフォン|携帯|아이폰|갤럭시|휴대폰|스마트폰|모바일",
]);

/// Beginnings that also tell by what means something was sent, or open a sentence.
static MEANS: Rows = Rows::new(&["sent by|envoyé par|enviado por|from my|inviato tramite|lähetetty|küldve|elküldve"]);

/// Words of people who tell of a transfer or excuse themselves. A line with one of them is theirs.
static TOLD: Rows = Rows::new(&[
    "wallet|account|can|can't|cannot|it|does|doesn't|login|crashes|only|works|when|by mistake|address|exchange|bank",
    "card|binance|coinbase|kraken|metamask|ledger|trezor|btc|eth|usdt|usdc|bitcoin|is|are|was|were|yesterday|today|to",
    "into|but|so|because|not|and|i|compte|konto|konta|cuenta|conta|conto|rekening|счета|счёта|кошелька|hesabımdan",
    "portefeuille|billetera|cartera|carteira|portafoglio|support|team",
]);

static TOLD_JOINED: Rows = Rows::new(&[
    "账户|帐户|账号|賬戶|帳戶|帳號|钱包|錢包|地址|银行|銀行|交易所|没|沒|了|不|收|码|碼|吗|嗎|请|請|充|提|登|为什么|為什麼|口座|계좌|지갑",
]);

/// Whether a device or client that we know wrote the line.
pub(super) fn known(bare: &str) -> bool {
    let text = plain(bare);
    if !fits(&text) {
        return false;
    }
    let brand = KNOWN_JOINED.within(&text) || BRANDS.apart(&text);
    let first = SENT.any(|words| starts(&text, words));
    let short = text.split_whitespace().count() <= 6;
    let after = short && SENT_AFTER.any(|words| text.ends_with(words));
    // "Sent by mail" tells how, "sent from my phone" is the phone.
    let means = MEANS.any(|words| starts(&text, words));
    let general = !means && GENERAL.apart(&text);
    let mobile = text.ends_with(" from mobile") && text.split_whitespace().count() <= 4;
    (first && (brand || general)) || (after && brand) || mobile
}

/// Whether a device or client wrote the line, whatever it is called: people give theirs names.
pub(super) fn likely(bare: &str) -> bool {
    let text = plain(bare);
    fits(&text) && (starts(&text, "sent from my") || starts(&text, "sent from a") || starts(&text, "sent from an"))
}

fn fits(text: &str) -> bool {
    let ended = text.ends_with(['?', '？', '!', '！', ':', '：', ';']) || text.contains([',', '，', '。', '@']);
    let words = text.split_whitespace().count();
    !text.is_empty() && text.len() <= MAX_BYTES && words <= MAX_WORDS && !ended && !TOLD.apart(text) && !TOLD_JOINED.within(text)
}

fn starts(text: &str, words: &str) -> bool {
    text.strip_prefix(words).is_some_and(|rest| {
        !words.is_ascii() || rest.is_empty() || !rest.starts_with(|c: char| c.is_alphanumeric()) || words.ends_with('\'')
    })
}

/// In lower case, without brackets and stars around it, the links that HTML left behind it, and the dot at its end.
fn plain(bare: &str) -> String {
    if bare.len() > 4 * MAX_BYTES {
        return String::new();
    }
    let text = bare.trim_matches(|c: char| "<>()[]*_-•|\"“”. ".contains(c)).to_lowercase().replace('’', "'");
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_usize;
    let link = text.contains("<http") || text.contains("(http") || text.contains("[http") || text.contains("](") || text.contains("<https");
    for c in text.chars() {
        match c {
            '<' | '(' if link => depth += 1,
            '>' | ')' if link => depth = depth.saturating_sub(1),
            '[' | ']' => {}
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    let out = out.split_whitespace().filter(|word| !word.starts_with("http")).collect::<Vec<_>>().join(" ");
    out.trim_end_matches(['.', ' ']).to_owned()
}
