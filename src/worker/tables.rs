//! What the worker answers about tables, connectors and the timeline.

use super::protocol::{Request, Response, RowAnswer, TableForm};
use crate::analysis::{Analysis, RowDetails};

/// The answer; `None` for other requests, and for tables and rows that do not exist.
pub(super) fn answer(analysis: &Analysis, request: Request) -> Option<Response> {
    Some(match request {
        Request::Page { table, query, first, count } => {
            let page = analysis.table(&table)?.page(&query, first, count);
            Response::Page { table, page }
        }
        Request::Row { table, number, clocks } => {
            let RowDetails { fields, notes, evidence, path, problems } = analysis.row(&table, number, &clocks)?;
            Response::Row { row: RowAnswer { table, number, fields, notes, evidence, path, problems } }
        }
        Request::Find { table, query, from, forwards } => {
            let position = analysis.table(&table)?.find(&query, from, forwards);
            Response::Found { table, query, position }
        }
        Request::Position { table, query, number } => {
            let position = Some(analysis.table(&table)?.position(&query, number)?);
            Response::Found { table, query, position }
        }
        Request::Timeline { frame } => Response::Timeline { picture: analysis.timeline().picture(frame) },
        Request::Csv { table, query, form } => match form {
            TableForm::Csv => {
                let text = analysis.table(&table)?.csv(&query);
                Response::Csv { table, text, is_redacted: false }
            }
            TableForm::Redacted => match analysis.redacted_table(&table, &query)? {
                Ok(text) => Response::Csv { table, text, is_redacted: true },
                Err(leaks) => Response::NotRedacted { leaks },
            },
            TableForm::Text(columns) => {
                let (text, rows, all) = analysis.table(&table)?.text(&query, &columns);
                Response::TableText { table, text, rows, all }
            }
        },
        Request::Matrix { question } => Response::Matrix { matrix: analysis.connector_matrix(&question) },
        Request::WhoAnswers { asked } => Response::WhoAnswers { choice: analysis.who_answers(&asked) },
        Request::Routing { ask } => Response::Routing { told: analysis.routing(ask) },
        Request::DomainRoute { domain } => Response::DomainRoute { route: analysis.domain_route(&domain) },
        _ => return None,
    })
}
