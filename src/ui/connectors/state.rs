//! What the page knows of who answers whom and of which connector takes a domain: what is asked, and what came back. Pure.

use std::rc::Rc;

use crate::worker::protocol::{Asked, Choice, DomainRoute, Matrix, Question, read_address, read_domain};

/// Addresses that can be typed at a time; an older one makes room.
const MOST_TYPED: usize = 12;

/// Who answers whom, and who takes what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectorsState {
    pub question: Question,
    pub matrix: Option<Rc<Matrix>>,
    /// What stands in the field for addresses.
    pub typing: String,
    /// Whether that was no address when it was asked for.
    pub is_refused: bool,
    /// The cell that is open.
    pub asked: Option<Asked>,
    pub choice: Option<Rc<Choice>>,
    /// What stands in the field for domains.
    pub domain: String,
    pub route: Option<Rc<DomainRoute>>,
}

/// What happens to it.
#[derive(Clone, Debug)]
pub enum ConnectorsChange {
    Filter(String),
    AllPorts(bool),
    Type(String),
    /// What was typed is to be a source.
    Add,
    Ask(Asked),
    Close,
    Matrix(Box<Matrix>),
    Choice(Option<Box<Choice>>),
    Domain(String),
    Route(Option<Box<DomainRoute>>),
}

impl ConnectorsState {
    /// Forgets the answers: there is another case. What was typed stays.
    pub fn forget(&mut self) {
        (self.matrix, self.asked, self.choice, self.route) = (None, None, None, None);
    }

    /// Changes it.
    pub fn change(&mut self, change: ConnectorsChange) {
        match change {
            ConnectorsChange::Filter(filter) => self.question.filter = filter,
            ConnectorsChange::AllPorts(all) => self.question.all_ports = all,
            ConnectorsChange::Type(text) => (self.typing, self.is_refused) = (text, false),
            ConnectorsChange::Add => self.add(),
            ConnectorsChange::Ask(asked) => (self.asked, self.choice) = (Some(asked), None),
            ConnectorsChange::Close => (self.asked, self.choice) = (None, None),
            ConnectorsChange::Matrix(matrix) => self.matrix = Some(Rc::new(*matrix)),
            // An answer to an older question is not shown.
            ConnectorsChange::Choice(choice) => {
                self.choice = choice.filter(|c| Some(&c.asked) == self.asked.as_ref()).map(|c| Rc::new(*c));
            }
            ConnectorsChange::Domain(text) => {
                self.domain = text;
                if self.wanted_domain().is_none() {
                    self.route = None;
                }
            }
            ConnectorsChange::Route(route) => {
                let wanted = self.wanted_domain();
                self.route =
                    route.filter(|r| Some(&r.domain) == wanted.as_ref()).map(|r| Rc::new(*r)).or(self.route.take());
            }
        }
    }

    /// The domain in what was typed.
    pub fn wanted_domain(&self) -> Option<String> {
        read_domain(&self.domain)
    }

    fn add(&mut self) {
        let Some(address) = read_address(&self.typing) else {
            self.is_refused = true;
            return;
        };
        let address = address.to_string();
        self.question.typed.retain(|known| *known != address);
        self.question.typed.insert(0, address);
        self.question.typed.truncate(MOST_TYPED);
        self.question.filter.clear();
        self.typing.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::protocol::{CellState, MatrixColumn};

    #[test]
    fn what_is_no_address_is_refused_and_stays_in_the_field() {
        let mut state = ConnectorsState::default();
        state.change(ConnectorsChange::Type("192.0.2".to_owned()));
        state.change(ConnectorsChange::Add);
        assert!(state.is_refused && state.typing == "192.0.2" && state.question.typed.is_empty());
        for text in [" 192.0.2.7 ", "2001:db8::7", "192.0.2.7"] {
            state.change(ConnectorsChange::Type(text.to_owned()));
            state.change(ConnectorsChange::Add);
        }
        assert_eq!(state.question.typed, ["192.0.2.7", "2001:db8::7"]);
        assert!(!state.is_refused && state.typing.is_empty());
    }

    #[test]
    fn an_answer_to_an_older_question_is_not_shown() {
        let asked = |port| Asked {
            address: "192.0.2.7".to_owned(),
            column: MatrixColumn { server: "EX1".to_owned(), port, service: String::new() },
        };
        let mut state = ConnectorsState::default();
        state.change(ConnectorsChange::Ask(asked(25)));
        let choice = |port| Choice {
            asked: asked(port),
            state: CellState::Other,
            statement: String::new(),
            connector: String::new(),
            candidates: Vec::new(),
            settings: Vec::new(),
            after: Vec::new(),
        };
        state.change(ConnectorsChange::Choice(Some(Box::new(choice(587)))));
        assert_eq!(state.choice, None);
        state.change(ConnectorsChange::Choice(Some(Box::new(choice(25)))));
        assert!(state.choice.is_some());
    }
}
