//! Members that follow each other and are one file: their bytes in their order.
//!
//! Trap: every member that is read keeps the state of its decoder, so only the last few are kept open; what was found
//! wrong with a member is remembered when it is closed.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Member, one};
use crate::base::source::{ReadAt, ReadError};

/// Members that are open at the same time. Lines are looked up here and there.
const OPEN: usize = 4;

/// Several members as one file.
pub(super) struct Joined {
    parent: Rc<dyn ReadAt>,
    /// Where each begins, and the member.
    members: Vec<(u64, Member)>,
    size: u64,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// Number and bytes of the open members, the one used last at the end.
    open: Vec<(usize, Rc<dyn ReadAt>)>,
    defect: Option<String>,
}

impl Joined {
    /// The first member with all others behind it.
    pub(super) fn member(mut members: Vec<Member>) -> Option<Member> {
        let more = members.split_off(members.len().min(1));
        Some(Member { more, ..members.pop()? })
    }

    /// A member and what follows it.
    pub(super) fn new(parent: &Rc<dyn ReadAt>, member: &Member) -> Joined {
        let mut size = 0_u64;
        let mut place = |member: &Member| {
            let begin = size;
            size = size.saturating_add(member.size);
            (begin, Member { more: Vec::new(), ..*member })
        };
        let members = std::iter::once(member).chain(&member.more).map(&mut place).collect();
        Joined { parent: Rc::clone(parent), members, size, state: RefCell::default() }
    }

    fn open(&self, number: usize, member: &Member) -> Rc<dyn ReadAt> {
        let mut state = self.state.borrow_mut();
        let known = state.open.iter().position(|(n, _)| *n == number);
        let (_, bytes) = match known {
            Some(at) => state.open.remove(at),
            None => (number, one(Rc::clone(&self.parent), member)),
        };
        if state.open.len() >= OPEN {
            let (_, closed) = state.open.remove(0);
            state.defect = state.defect.take().or_else(|| closed.defect());
        }
        state.open.push((number, Rc::clone(&bytes)));
        bytes
    }
}

impl ReadAt for Joined {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError> {
        let mut done = 0;
        // The last member that begins at or before the offset; empty ones begin where the next one does.
        let mut number = self.members.partition_point(|(begin, _)| *begin <= offset).saturating_sub(1);
        while let (Some((begin, member)), Some(rest)) = (self.members.get(number), buf.get_mut(done..)) {
            if rest.is_empty() {
                break;
            }
            let from = offset.saturating_add(done as u64).saturating_sub(*begin);
            let read = match self.open(number, member).read_at(from, rest) {
                Ok(read) => read,
                // What was read before the damage counts.
                Err(error) if done == 0 => return Err(error),
                Err(_) => break,
            };
            done += read;
            if from.saturating_add(read as u64) >= member.size {
                number += 1;
            } else if read == 0 {
                break;
            }
        }
        Ok(done)
    }

    fn defect(&self) -> Option<String> {
        let state = self.state.borrow();
        state.defect.clone().or_else(|| state.open.iter().find_map(|(_, bytes)| bytes.defect()))
    }

    fn release(&self) {
        *self.state.borrow_mut() = State::default();
    }
}
