//! A forgotten password: a link by mail. Whoever asks learns nothing: for every login the same is done at once,
//! and what differs is done later by a job. The link begins with the configured public address, never with what
//! a request says of its host; the database keeps a hash of what is in it.

use crate::engine::{Engine, internal};
use crate::identity::session::{new_token, token_hash};
use crate::identity::sign_in::NewPassword;
use crate::identity::trail::{Origin, entry};
use crate::identity::{attempts, password};
use crate::outbox::Mail;
use chrono::TimeDelta;
use diagnostic::{Code, Diagnostic, Locale, Result};
use plan::Row;
use script::template::{Rendered, Rendering};
use serde::{Deserialize, Serialize};
use serde_json::json;
use storage::Tx;
use storage::store::job::{self, Job};
use storage::store::reset::{self as table, Reset};
use storage::store::{audit, credential};
use uuid::Uuid;

/// The kind of job that makes a link.
pub(crate) const JOB: &str = "password_reset";
/// How long a link may be used.
const LIFE: TimeDelta = TimeDelta::minutes(30);
/// Links of one user within an hour: nobody's box is to be filled.
const MOST_PER_HOUR: i64 = 3;
/// The template of the mail.
const TEMPLATE: &str = "base.password_reset";
/// Characters of a login that are kept.
const LONGEST: usize = 200;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Wanted {
    login: String,
    address: Option<String>,
}

impl Engine {
    /// Notes that somebody forgot a password. The answer is the same whoever that is.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn ask_for_reset(&self, login: &str, from: &Origin) -> Result<()> {
        let login: String = login.trim().chars().take(LONGEST).collect();
        let key: String = attempts::digest(&login).iter().map(|byte| format!("{byte:02x}")).collect();
        let wanted = Wanted { login, address: from.address.clone() };
        let payload = serde_json::to_value(wanted).map_err(|e| internal("a job's payload", &e))?;
        let mut job = Job::new(crate::work::QUEUE, JOB, payload, self.now());
        job.dedup_key = Some(format!("{JOB}/{key}"));
        self.database()
            .write(move |tx| {
                let job = job.clone();
                async move { job::enqueue(&tx, &job).await.map(drop) }
            })
            .await
    }

    /// Makes the link of a request, where there is somebody to send it to.
    pub(crate) async fn make_reset(&self, job: &Job) -> Result<()> {
        let wanted: Wanted =
            serde_json::from_value(job.payload.clone()).map_err(|e| internal("a job's payload", &e))?;
        let user = self.active_user(&wanted.login).await?;
        let to = user.as_ref().and_then(|row| row.get("email").as_text()).map(str::to_owned);
        let made = match (&user, to, self.public_address()) {
            (Some(user), Some(to), Some(address)) => Some(self.link(user, &to, address)?),
            (Some(_), Some(_), None) => {
                tracing::warn!("no link to reset a password is sent: no public address is configured");
                None
            }
            _ => None,
        };
        let (now, id, lease) = (self.now(), job.id, job.lease);
        let (from, pen) = (Origin { address: wanted.address, ..Origin::default() }, self.pen().clone());
        self.database()
            .write(move |tx| {
                let (made, from, pen) = (made.clone(), from.clone(), pen.clone());
                async move {
                    if let Some((reset, mail)) = made {
                        let told = keep(&tx, &reset, &mail, &from).await?;
                        audit::insert(&tx, &pen, told.as_slice()).await?;
                    }
                    match job::complete(&tx, id, lease, None, now).await? {
                        true => Ok(()),
                        false => Err(Box::new(Diagnostic::new(Code::DatabaseBusy))),
                    }
                }
            })
            .await
    }

    fn link(&self, user: &Row, to: &str, address: &str) -> Result<(Reset, storage::store::effect::Effect)> {
        let (token, now) = (new_token(), self.now());
        let reset = Reset {
            hash: token_hash(&token).to_vec(),
            user: user.id(),
            created_at: now,
            expires_at: now + LIFE,
            used_at: None,
        };
        // Behind the hash sign nothing is sent to servers, kept in their logs, or passed on as a referrer.
        let link = format!("{}/reset-password#token={token}", address.trim_end_matches('/'));
        let locale = user.get("locale").as_text().and_then(Locale::from_tag).unwrap_or(self.site().locale);
        let said = self.reset_words(user, &link, locale)?;
        let name = user.get("name").as_text().unwrap_or_default();
        let mail = Mail {
            to: to.to_owned(),
            name: Some(name.chars().filter(|c| !c.is_control()).collect()),
            subject: said.subject,
            text: said.text,
            html: said.html,
            until: Some(now + LIFE),
            ..Mail::default()
        };
        let key = format!("{JOB}/{}", Uuid::now_v7());
        Ok((reset, mail.effect(&key, self.secret(), now)?))
    }

    /// What the mail says: the template of the base pack. A database whose base pack is older than the template gets
    /// the words of the program.
    fn reset_words(&self, user: &Row, link: &str, locale: Locale) -> Result<Rendered> {
        let published = self.published();
        let Ok(template) = published.templates().get(TEMPLATE, None) else {
            let (subject, text) = words(locale, user.get("name").as_text().unwrap_or_default(), link);
            return Ok(Rendered { subject, text, html: None });
        };
        let text = |name: &str| user.get(name).as_text().map(str::to_owned);
        let data = json!({
            "user": {"name": text("name"), "login": text("login"), "email": text("email")},
            "link": link, "minutes": LIFE.num_minutes(),
            "site": {"address": self.public_address()},
        });
        let how = Rendering { html: false, locale, zone: self.site().time_zone };
        published.templates().render(template, &data, how)
    }

    /// Sets a password by a link, which is of no use any more then. All sessions and tokens of the user end.
    ///
    /// # Errors
    /// `invalid_reset_link` for a link that is unknown, used or too old, `weak_password`, which leaves the link
    /// as it is.
    pub async fn reset_password(&self, token: &str, new: &str, from: &Origin) -> Result<()> {
        let gone = || Box::new(Diagnostic::new(Code::InvalidResetLink));
        let (hash, now) = (token_hash(token).to_vec(), self.now());
        let user = table::find(&self.database().reader(), &hash, now).await?.ok_or_else(gone)?;
        let login = self.login_of_active(user).await?.ok_or_else(gone)?;
        password::check_strength(new, &login)?;
        let hashed = self.hashed(new.to_owned()).await?;
        let taken = self
            .database()
            .write(move |tx| {
                let hash = hash.clone();
                async move { table::take(&tx, &hash, now).await }
            })
            .await?;
        if taken != Some(user) {
            return Err(gone());
        }
        self.put_password(NewPassword {
            user,
            login,
            hash: hashed,
            must_change: false,
            keep: None,
            by: Some(user),
            kind: "account.password_reset",
            from: from.clone(),
        })
        .await
    }

    /// The login of a user who may sign in.
    async fn login_of_active(&self, user: Uuid) -> Result<Option<String>> {
        match self.identity(user, None).await {
            Ok(identity) => Ok(Some(identity.actor.login.to_string())),
            Err(found) if found.code == Code::Unauthenticated => Ok(None),
            Err(found) => Err(found),
        }
    }
}

/// Keeps the link and its mail; answers what is put on record of them.
async fn keep(
    tx: &Tx,
    reset: &Reset,
    mail: &storage::store::effect::Effect,
    from: &Origin,
) -> Result<Option<audit::Entry>> {
    let lately = table::made_since(tx, reset.user, reset.created_at - TimeDelta::hours(1)).await?;
    // Who has no password signs in another way, or not at all.
    if lately >= MOST_PER_HOUR || credential::find(tx, reset.user).await?.is_none() {
        return Ok(None);
    }
    table::insert(tx, reset).await?;
    storage::store::effect::insert(tx, std::slice::from_ref(mail)).await?;
    Ok(Some(entry("account.reset_asked", reset.created_at, None, Some(reset.user), from, json!({}))))
}

fn words(locale: Locale, name: &str, link: &str) -> (String, String) {
    match locale {
        Locale::En => (
            "Reset your password".to_owned(),
            format!(
                "Hello {name},\n\nsomebody asked to reset your password. Open this link within 30 minutes to \
                 choose a new one:\n\n{link}\n\nIf it was not you, nothing needs to be done: your password \
                 stays as it is.\n"
            ),
        ),
        Locale::ZhCn => (
            "重置密码".to_owned(),
            format!(
                "{name}，您好：\n\n我们收到了重置您密码的请求。请在 30 分钟内打开以下链接设置新密码：\n\n{link}\n\n\
                 如非本人操作，请忽略此邮件，您的密码不会改变。\n"
            ),
        ),
        Locale::ZhTw => (
            "重設密碼".to_owned(),
            format!(
                "{name}，您好：\n\n我們收到了重設您密碼的請求。請在 30 分鐘內開啟以下連結設定新密碼：\n\n{link}\n\n\
                 若非本人操作，請忽略此郵件，您的密碼不會變更。\n"
            ),
        ),
    }
}
