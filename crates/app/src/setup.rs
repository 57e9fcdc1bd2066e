//! The first start: fills an empty desk with what nobody should have to think about. Runs at every start and does
//! nothing when the desk was filled before.

use crate::workspace::{self, Workspace};
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::conversation::status::BUILTIN;
use candor_domain::hours::Hours;
use candor_domain::id::TeamId;
use candor_domain::inbox::{Channel, IdentityAlgorithm, Origin, Position, WidgetSettings};
use candor_domain::locale::{ByLocale, Locale};
use candor_domain::permission::Permission;
use candor_store::inbox::Inbox;
use candor_store::role::{self, Role};
use candor_store::status::{self, Status};
use candor_store::team::{self, Team};
use candor_store::{Note, Pool, Queue, Tx};
use serde_json::json;
use uuid::Uuid;

/// Colour of a new widget's button.
const BRAND: &str = "#0b6b5b";

/// Fills an empty desk, in this language; says whether it was empty.
pub async fn run(app: &App, locale: Locale) -> Result<bool> {
    if app.db.read(Pool::Quick, |rx| workspace::find(rx)).await?.is_some() {
        return Ok(false);
    }
    let desk = Desk::prepare(app, locale);
    match app.db.write(Queue::People, move |tx| desk.insert(tx)).await {
        // Another node was faster.
        Err(Error::Duplicate(_)) => Ok(false),
        done => done.map(|()| true),
    }
}

/// What a new desk holds, made before the command.
struct Desk {
    workspace: Workspace,
    roles: Vec<Role>,
    statuses: Vec<Status>,
    team: Team,
    inbox: Inbox,
}

impl Desk {
    fn prepare(app: &App, locale: Locale) -> Self {
        let roles = roles(app);
        let admin_role = roles[0].id;
        let team = Team { id: app.ids.make(), name: words(locale, "客服", "客服", "Support"), members: Default::default(), version: 1 };
        let inbox = inbox(app, locale, Some(team.id));
        let name = words(locale, "客户支持", "客戶支援", "Support desk");
        Self { workspace: Workspace { name, default_locale: locale, admin_role }, roles, statuses: statuses(), team, inbox }
    }

    fn insert(&self, tx: &mut Tx<'_>) -> Result<()> {
        let actor = Actor::machine("setup");
        workspace::insert(tx, &self.workspace)?;
        for role in &self.roles {
            role::insert(tx, role)?;
            audit::record(tx, &actor, "role.created", ("role", role.id.0), json!({ "permissions": role.permissions }))?;
        }
        for status in &self.statuses {
            status::insert(tx, status)?;
        }
        team::insert(tx, &self.team)?;
        crate::inbox::insert(tx, &actor, &self.inbox)?;
        audit::record(tx, &actor, "workspace.created", ("workspace", Uuid::nil()), json!({ "locale": self.workspace.default_locale }))?;
        tx.note(Note::Settings);
        Ok(())
    }
}

fn words(locale: Locale, simplified: &str, traditional: &str, english: &str) -> String {
    match locale {
        Locale::SimplifiedChinese => simplified,
        Locale::TraditionalChinese => traditional,
        Locale::English => english,
    }
    .to_owned()
}

/// The roles a desk begins with; the first is the administrators'. Screens show their names in the reader's language.
fn roles(app: &App) -> Vec<Role> {
    use Permission as P;
    let agent = [
        P::ConversationRead,
        P::ConversationReply,
        P::ConversationNote,
        P::ConversationAssign,
        P::ConversationStatus,
        P::ConversationTag,
        P::ConversationPriority,
        P::ConversationBulk,
        P::ConversationJoin,
        P::ContactRead,
        P::ContactEdit,
    ];
    let supervisor = [
        P::ConversationStart,
        P::ConversationForward,
        P::ConversationMove,
        P::ConversationRedact,
        P::ConversationCopy,
        P::ContactBreakGlass,
        P::ContactBlock,
        P::CaseShare,
        P::TagManage,
        P::TeamManage,
        P::ReportRead,
    ];
    let supervisor = agent.iter().chain(&supervisor).copied().collect();
    let all: [(&str, Vec<P>); 5] = [
        ("admin", P::ALL.to_vec()),
        ("supervisor", supervisor),
        ("agent", agent.to_vec()),
        ("viewer", vec![P::ConversationRead, P::ReportRead]),
        ("auditor", vec![P::AuditRead, P::ReportRead]),
    ];
    let role = |(name, permissions): (&str, Vec<P>)| Role {
        id: app.ids.make(),
        name: name.to_owned(),
        builtin: true,
        permissions: permissions.into_iter().collect(),
        version: 1,
    };
    all.into_iter().map(role).collect()
}

/// The built-in statuses under their fixed ids, so that commands find them without asking.
fn statuses() -> Vec<Status> {
    let names = [
        ByLocale::all("处理中", "處理中", "Open"),
        ByLocale::all("待客户回复", "待客戶回覆", "Waiting on customer"),
        ByLocale::all("待第三方处理", "待第三方處理", "Waiting on third party"),
        ByLocale::all("已解决", "已解決", "Resolved"),
        ByLocale::all("已关闭", "已關閉", "Closed"),
    ];
    let placed = (0..).zip(BUILTIN).zip(names);
    placed.map(|((position, (id, category)), names)| Status { id, names, category, position, builtin: true, version: 1 }).collect()
}

/// Round the clock, until somebody says otherwise.
fn always() -> Hours {
    Hours { zone: "Asia/Shanghai".to_owned(), always: true, week: Vec::new(), holidays: Vec::new() }
}

/// How a new inbox's widget looks.
fn widget(app: &App, locale: Locale) -> WidgetSettings {
    WidgetSettings {
        team_name: words(locale, "在线客服", "線上客服", "Support"),
        team_names: Default::default(),
        brand: BRAND.to_owned(),
        greeting: ByLocale::all(
            "您好，请问有什么可以帮您？请勿向任何人透露密码、验证码或助记词。",
            "您好，請問有什麼可以為您服務？請勿向任何人透露密碼、驗證碼或助記詞。",
            "Hello, how can we help? Never share your password, codes or seed phrase with anyone.",
        ),
        position: Position::Right,
        // Our own pages; the exchange adds its own.
        origins: app.config.public_url.parse::<Origin>().into_iter().collect(),
        anonymous_allowed: true,
        csat: true,
        anti_scam: true,
        default_locale: locale,
        proof_of_work: Default::default(),
    }
}

/// How a new inbox begins: also each later one, until it is told otherwise.
pub(crate) fn inbox(app: &App, locale: Locale, team: Option<TeamId>) -> Inbox {
    Inbox {
        id: app.ids.make(),
        name: words(locale, "网页客服", "網頁客服", "Web chat"),
        channel: Channel::Web,
        enabled: true,
        team,
        widget: widget(app, locale),
        hours: always(),
        algorithm: IdentityAlgorithm::Hs256,
        identity_required: false,
        public_key: None,
        secret_set: false,
        created_at: app.now(),
        version: 1,
    }
}
