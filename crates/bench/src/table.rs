//! Columns of text: the first to the left, figures to the right.

#[derive(Debug)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self {
            head: head.iter().map(|name| (*name).to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// For a terminal.
    pub(crate) fn text(&self) -> String {
        let rule = self
            .widths()
            .iter()
            .map(|width| "-".repeat(*width))
            .collect();
        let lines = [&self.head, &rule].into_iter().chain(&self.rows);
        let lines: Vec<_> = lines
            .map(|row| self.aligned(row).join("  ").trim_end().to_owned())
            .collect();
        lines.join("\n")
    }

    /// For a document, aligned as well so that it can be read in the source.
    pub(crate) fn markdown(&self) -> String {
        let rule: Vec<_> = self
            .widths()
            .iter()
            .enumerate()
            .map(|(column, width)| match column {
                0 => "-".repeat((*width).max(3)),
                _ => format!("{}:", "-".repeat((*width).max(3) - 1)),
            })
            .collect();
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        let mut lines = vec![line(&self.aligned(&self.head)), line(&rule)];
        lines.extend(self.rows.iter().map(|row| line(&self.aligned(row))));
        lines.join("\n")
    }

    fn aligned(&self, row: &[String]) -> Vec<String> {
        let cells = row.iter().zip(self.widths()).enumerate();
        cells
            .map(|(column, (cell, width))| match column {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            })
            .collect()
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = std::iter::once(&self.head).chain(&self.rows);
            cells
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
        };
        (0..self.head.len())
            .map(|column| width(column).unwrap_or_default())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["name", "ops/s"]);
        table.push(vec!["jwks".to_owned(), "12345".to_owned()]);
        table.push(vec!["discovery".to_owned(), "7".to_owned()]);
        table
    }

    #[test]
    fn names_stand_left_and_figures_right() {
        assert_eq!(
            table().text(),
            "name       ops/s\n---------  -----\njwks       12345\ndiscovery      7"
        );
    }

    #[test]
    fn markdown_aligns_figures_to_the_right() {
        assert_eq!(
            table().markdown(),
            "| name      | ops/s |\n| --------- | ----: |\n| jwks      | 12345 |\n| discovery |     7 |"
        );
    }
}
