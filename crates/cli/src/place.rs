//! Which database a command works on, and the key of its encrypted fields.

use crate::failure::{Failure, not_writable};
use clap::Args;
use diagnostic::{Code, Diagnostic, Result};
use engine::outbound::{Permit, Trust};
use engine::{Engine, FileLimits, Mailer, Outbound};
use std::path::{Path, PathBuf};
use storage::files::Files;
use storage::secret::{self, Secret};
use storage::{Database, Options, Role, system};

/// The file that holds the key of encrypted fields.
const SECRET_FILE: &str = "secret.key";
/// The variable that holds it instead.
const SECRET_VARIABLE: &str = "LIFELOOM_SECRET";

/// Which database.
#[derive(Debug, Args)]
pub struct Place {
    /// Folder of the SQLite database, and of the key of encrypted fields
    #[arg(long, value_name = "DIR", default_value = "data", help_heading = "Database")]
    pub data: PathBuf,
    /// Address of the database, postgres://… or sqlite://FILE [default: SQLite in the data folder]
    #[arg(long, value_name = "URL", help_heading = "Database")]
    pub database: Option<String>,
    /// File with the keys of encrypted fields [default: secret.key in the data folder]
    #[arg(long, value_name = "FILE", help_heading = "Database")]
    pub key_file: Option<PathBuf>,
    /// Folder of uploaded files [default: files in the data folder]
    #[arg(long, value_name = "DIR", help_heading = "Database")]
    pub files: Option<PathBuf>,
}

/// How large files may be.
#[derive(Debug, Args)]
pub struct Uploads {
    /// Megabytes of one uploaded file at most
    #[arg(long, value_name = "MB", default_value_t = 50)]
    pub max_file_mb: u64,
    /// Megabytes of all uploaded files together at most [default: as many as the disk has]
    #[arg(long, value_name = "MB")]
    pub files_quota_mb: Option<u64>,
}

impl Uploads {
    fn limits(&self) -> FileLimits {
        let bytes = |mb: u64| mb.saturating_mul(1024 * 1024);
        FileLimits { max_file: bytes(self.max_file_mb), quota: self.files_quota_mb.map(bytes) }
    }
}

/// Where people reach the site, and how it reaches others.
#[derive(Debug, Default, Args)]
pub struct Public {
    /// Address at which people reach the site: links in mail begin with it, and only with it
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Mail server: smtps://USER:PASSWORD@HOST, starttls://…, or smtp://… in the clear
    #[arg(long, value_name = "URL")]
    pub smtp_url: Option<String>,
    /// Sender of mails, such as 'Desk <no-reply@example.com>'
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Hosts, addresses and networks that scripts may call although they are not on the public internet
    #[arg(long, value_name = "HOST_OR_CIDR", value_delimiter = ',')]
    pub allow_outbound: Vec<String>,
    /// File of certificates (PEM) of authorities, such as a company's own, that are trusted beside the public ones
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

impl Public {
    fn address(&self) -> Result<Option<String>> {
        let Some(given) = &self.public_url else { return Ok(None) };
        let text = given.trim().trim_end_matches('/');
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let plain = |host: &&str| !host.is_empty() && !host.contains([' ', '?', '#', '@', '\\']);
        if host.filter(plain).is_none() {
            let reason = format!("`{given}` is no address such as https://crm.example.com");
            return Err(Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason)));
        }
        Ok(Some(text.to_owned()))
    }

    fn trust(&self) -> Result<Trust> {
        self.ca_file.as_deref().map(Trust::read).unwrap_or_else(|| Ok(Trust::default()))
    }

    fn outbound(&self, trust: Trust) -> Result<Outbound> {
        let permit = Permit::new(self.allow_outbound.iter().map(String::as_str))?;
        Ok(Outbound::new(permit).trusting(trust))
    }

    fn mailer(&self, trust: &Trust) -> Result<Option<Mailer>> {
        match (&self.smtp_url, &self.mail_from) {
            (Some(url), Some(from)) => Mailer::new(url, from, trust).map(Some),
            (None, None) => Ok(None),
            (Some(_), None) => Err(wrong("--smtp-url needs --mail-from, the sender of mails")),
            (None, Some(_)) => Err(wrong("--mail-from needs --smtp-url, the server that takes mails")),
        }
    }
}

impl Place {
    /// The database, made where it does not exist.
    ///
    /// # Errors
    /// What the environment refuses.
    pub async fn database(&self, role: Role) -> Result<Database> {
        let options = match &self.database {
            Some(url) => Options::url(url.clone()),
            None => Options::folder(self.data.clone()),
        };
        Database::open(Options { role, ..options }).await
    }

    /// The database of a command that needs one which exists.
    ///
    /// # Errors
    /// `database_unavailable` where there is none yet.
    pub async fn existing(&self, role: Role) -> Result<Database> {
        if let Some(file) = self.sqlite_file().filter(|file| !file.exists()) {
            let reason =
                format!("there is no {} yet: run `lifeloom serve` or `lifeloom apply` first", file.display());
            return Err(Box::new(Diagnostic::new(Code::DatabaseUnavailable).with("reason", reason)));
        }
        self.database(role).await
    }

    /// Whether the database is a SQLite file that was not made yet.
    pub fn is_new(&self) -> bool {
        self.sqlite_file().is_some_and(|file| !file.exists())
    }

    /// An engine on a database.
    ///
    /// # Errors
    /// What the database refuses; a key of encrypted fields that is not the database's.
    pub async fn engine(&self, database: Database, role: Role) -> Result<Engine, Failure> {
        self.engine_at(database, role, &Public::default(), None).await
    }

    /// As [`Place::engine`], of a site that people reach at an address.
    ///
    /// # Errors
    /// As [`Place::engine`]; `invalid_configuration` for an address that is none.
    pub async fn engine_at(
        &self,
        database: Database,
        role: Role,
        public: &Public,
        uploads: Option<&Uploads>,
    ) -> Result<Engine, Failure> {
        let public_address = public.address()?;
        let trust = public.trust()?;
        let (mailer, outbound) = (public.mailer(&trust)?, public.outbound(trust)?);
        let secret = self.secret(&database, role).await?;
        let options = engine::Options {
            secret,
            files: Some(self.file_store()),
            file_limits: uploads.map(Uploads::limits).unwrap_or_default(),
            public_address,
            mailer,
            outbound,
            ..engine::Options::default()
        };
        Ok(Engine::open(database, options).await?)
    }

    /// An engine on the database that a command works on, to which something was published.
    ///
    /// # Errors
    /// As [`Place::existing`] and [`Place::engine`]; `not_ready` before the first publish.
    pub async fn published(&self) -> Result<Engine, Failure> {
        let database = self.existing(Role::Command).await?;
        let engine = self.engine(database, Role::Command).await?;
        if engine.published().number == 0 {
            let reason =
                "nothing was published to this database yet: run `lifeloom serve` or `lifeloom apply` first";
            return Err(Diagnostic::new(Code::DatabaseUnavailable).with("reason", reason).into());
        }
        Ok(engine)
    }

    fn sqlite_file(&self) -> Option<PathBuf> {
        match self.database.as_deref() {
            None => Some(self.data.join(storage::folder::DATABASE_FILE)),
            Some(url) => {
                let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
                Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
            }
        }
    }

    /// Where uploaded files lie: the folder that is named, else beside a SQLite file, else in the data folder.
    pub fn file_store(&self) -> Files {
        let beside = self.sqlite_file().and_then(|file| Some(file.parent()?.to_owned()));
        let folder = beside.unwrap_or_else(|| self.data.clone()).join("files");
        Files::folder(self.files.clone().unwrap_or(folder))
    }

    /// The file of the key: the one that is named, else beside a SQLite file, else in the data folder.
    pub fn secret_file(&self) -> PathBuf {
        if let Some(file) = &self.key_file {
            return file.clone();
        }
        let beside = self.sqlite_file().and_then(|file| Some(file.parent()?.to_owned()));
        beside.unwrap_or_else(|| self.data.clone()).join(SECRET_FILE)
    }

    /// The key of encrypted fields. It is made with the database; later another one, or none for a server, is
    /// refused, because values written under two keys cannot be read under either.
    async fn secret(&self, database: &Database, role: Role) -> Result<Option<Secret>, Failure> {
        let file = self.secret_file();
        let known = system::meta(&database.reader(), secret::META).await?.map(|(value, _)| value);
        let given = secret_of_environment();
        let secret = match (given, file.exists(), &known) {
            (Some(text), ..) => Secret::parse(&text)?,
            (None, true, _) => Secret::from_file(&file)?,
            (None, false, None) => made(&file)?,
            (None, false, Some(_)) if role == Role::Command => return Ok(None),
            (None, false, Some(_)) => return Err(wrong_key(&file, "is missing").into()),
        };
        let mark = secret.hash(secret::META);
        match known {
            Some(known) if known == mark => {}
            Some(_) => return Err(wrong_key(&file, "is another one than this database was made with").into()),
            None => {
                database
                    .write(move |tx| {
                        let mark = mark.clone();
                        async move { system::set_meta(&tx, secret::META, &mark, 0).await }
                    })
                    .await?;
            }
        }
        Ok(Some(secret))
    }
}

/// The key in the environment, which counts before any file.
pub fn secret_of_environment() -> Option<String> {
    std::env::var(SECRET_VARIABLE).ok().filter(|text| !text.trim().is_empty())
}

fn wrong(reason: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason))
}

fn made(file: &Path) -> Result<Secret, Failure> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|error| not_writable(folder, &error))?;
    }
    Ok(Secret::from_file(file)?)
}

fn wrong_key(file: &Path, what: &str) -> Diagnostic {
    let reason = format!(
        "the key of encrypted fields {what}: put the {} of the old place here, or set {SECRET_VARIABLE}",
        file.display()
    );
    Diagnostic::new(Code::InvalidConfiguration).with("reason", reason)
}
