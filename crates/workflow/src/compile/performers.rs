//! Who acts: rules as they are written become rules as they are asked.

use super::Builder;
use crate::flow::{Chain, Departments, Performer, Picked, Picker};
use definition::workflow as written;
use diagnostic::{Code, Diagnostic};
use expression::{Expectation, Expr, Kind, Names, Path, Root, Step};
use std::sync::Arc;

const USER: &str = "base.user";

impl Builder<'_> {
    pub(super) fn performers(&mut self, by: &[written::Performer]) -> Vec<Performer> {
        by.iter().flat_map(|performer| self.several(performer)).collect()
    }

    /// A rule, or as many as it stands for.
    fn several(&mut self, performer: &written::Performer) -> Vec<Performer> {
        match performer {
            written::Performer::User { user } => {
                user.all().iter().map(|login| Performer::User(login.as_str().into())).collect()
            }
            other => self.performer(other).into_iter().collect(),
        }
    }

    pub(super) fn performer(&mut self, performer: &written::Performer) -> Option<Performer> {
        Some(match performer {
            written::Performer::Role { role, within: None } => {
                Performer::Role { role: role.as_str().into(), within: None }
            }
            written::Performer::Role { role, within: Some(within) } => {
                Performer::Role { role: role.as_str().into(), within: Some(self.path(within)?) }
            }
            written::Performer::User { user } => match user.all() {
                [login] => Performer::User(login.as_str().into()),
                _ => Performer::Group(self.several(performer).into_iter().map(|rule| (rule, 1)).collect()),
            },
            written::Performer::Superior { superior } => {
                Performer::Superior { of: self.path(&superior.of)?, level: u32::from(superior.level) }
            }
            written::Performer::SuperiorChain { superior_chain } => {
                Performer::SuperiorChain(self.chain(superior_chain)?)
            }
            written::Performer::DepartmentHead { department_head } => {
                Performer::DepartmentHead { of: self.path(&department_head.of)? }
            }
            written::Performer::DepartmentHeads { department_heads } => {
                Performer::DepartmentHeads(match department_heads {
                    written::Departments::Codes(codes) => {
                        Departments::Codes(codes.iter().map(|code| code.as_str().into()).collect())
                    }
                    written::Departments::Of(departments) => Departments::At(self.path(&departments.of)?),
                })
            }
            written::Performer::Field { field } => Performer::Field(self.path(field)?),
            written::Performer::InitiatorPicks { initiator_picks } => {
                Performer::Picked(self.picked(Picker::Initiator, initiator_picks)?)
            }
            written::Performer::PreviousPicks { previous_picks } => {
                let by = Picker::Approver(previous_picks.at.as_deref().map(Arc::from));
                Performer::Picked(self.picked(by, &previous_picks.picks)?)
            }
            written::Performer::Where { r#where } => Performer::Where(self.condition_on_people(r#where)?),
            written::Performer::Group { group } => {
                let mut members = Vec::new();
                for member in group {
                    members.push((self.performer(&member.by)?, member.weight));
                }
                Performer::Group(members)
            }
        })
    }

    fn chain(&mut self, chain: &written::ChainOf) -> Option<Chain> {
        let until = match &chain.until {
            Some(until) => {
                let mut names = self.names();
                names.roots.insert(Root::Approver, USER.into());
                Some(self.compiled(until.text(), &names, &Expectation::Condition)?)
            }
            None => None,
        };
        let (from, most) = (u32::from(chain.from), u32::from(chain.most));
        Some(Chain { of: self.path(&chain.of)?, from, until, most })
    }

    fn picked(&mut self, by: Picker, picks: &written::Picks) -> Option<Picked> {
        let from = match &picks.from {
            Some(from) => Some(Box::new(self.performer(from)?)),
            None => None,
        };
        Some(Picked { by, from, min: usize::from(picks.min), max: usize::from(picks.max) })
    }

    /// A condition that a statement answers: nothing in it but columns and lists of rows.
    fn condition_on_people(&mut self, text: &definition::Expression) -> Option<Expr> {
        let mut names = self.names();
        names.roots.insert(Root::Row, USER.into());
        let condition = self.compiled(text.text(), &names, &Expectation::Condition)?;
        Some(catalog::expand::expand(&condition, &self.catalog.objects))
    }

    fn path(&mut self, text: &str) -> Option<Path> {
        let names = self.names();
        match self.compiled(text, &names, &Expectation::Any)?.kind {
            Kind::Path(path) => Some(path),
            Kind::Parameter(name) => {
                let variable = Step { object: "".into(), field: name };
                Some(Path { root: Root::Variable, steps: vec![variable] })
            }
            _ => {
                let reason = format!("`{text}` must be a path to a person or department");
                self.found.push(Diagnostic::new(Code::InvalidValue).with("reason", reason));
                None
            }
        }
    }

    /// Bare names and `record` are the record, `initiator` who started, `assignee` who holds the task it is about;
    /// variables stand for themselves.
    pub(super) fn names(&self) -> Names {
        let mut names = Names { clock: true, ..Names::default() };
        names.roots.insert(Root::Row, self.object.name.clone());
        names.roots.insert(Root::Record, self.object.name.clone());
        names.roots.insert(Root::Initiator, USER.into());
        if self.of_task {
            names.roots.insert(Root::Assignee, USER.into());
        }
        names.parameters = self.variables.clone();
        names
    }

    pub(super) fn compiled(&mut self, text: &str, names: &Names, expectation: &Expectation) -> Option<Expr> {
        match expression::compile(text, names, self.catalog, expectation) {
            Ok(expr) => Some(expr),
            Err(errors) => {
                self.found.extend(errors);
                None
            }
        }
    }
}

/// Steps in which one person may not act twice.
pub(super) fn separate(policy: &written::Policy) -> Vec<Vec<Arc<str>>> {
    let steps = |steps: &Vec<String>| steps.iter().map(|step| step.as_str().into()).collect();
    policy.separate.iter().map(steps).collect()
}
