import Evaluation

/// A comparison as one HTML document that needs nothing else: no scripts, no other files.
public enum ComparisonPage {
    /// - Parameter title: the page's name.
    public static func html(_ report: ComparisonReport, title: String) -> String {
        let title = Markup.escaped(title)
        let tables = [
            ("How right and how fast", ComparisonTable.results(report.cells)),
            ("What it took", ComparisonTable.costs(report.cells)),
            ("Where the workers' time went", ComparisonTable.workers(report.cells)),
        ]
        var parts = [
            "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
            "<meta name=\"color-scheme\" content=\"light dark\">", "<title>\(title)</title>",
            "<style>\(style)</style>", "</head>", "<body>", "<h1>\(title)</h1>",
        ]
        for (heading, table) in tables where !table.rows.isEmpty {
            parts += ["<h2>\(Markup.escaped(heading))</h2>", html(table)]
        }
        parts.append("<h2>Plots</h2>")
        parts += ComparisonPlots.all(report).map { "<figure>\n\($0)</figure>" }
        parts += ["<h2>Conditions</h2>", conditions(report.conditions), "</body>", "</html>"]
        return parts.joined(separator: "\n") + "\n"
    }

    private static func html(_ table: ComparisonTable) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            let cells = zip(cells, table.columns).map { text, column in
                let side = column.isNumber ? " class=\"number\"" : ""
                return "<\(tag)\(side)>\(Markup.escaped(text))</\(tag)>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        let head = row(table.columns.map(\.title), "th")
        let body = table.rows.map { row($0, "td") }.joined(separator: "\n")
        return "<div class=\"wide\"><table>\n<thead>\(head)</thead>\n<tbody>\n\(body)\n</tbody>\n</table></div>"
    }

    private static func conditions(_ conditions: [ComparisonReport.Condition]) -> String {
        let lines = conditions.map { "<dt>\(Markup.escaped($0.name))</dt><dd>\(Markup.escaped($0.value))</dd>" }
        return "<dl>\n\(lines.joined(separator: "\n"))\n</dl>"
    }

    /// Plots are drawn on white; in the dark they are turned about, colours kept.
    private static let style = """
        :root { color-scheme: light dark; }
        body { font-family: sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; line-height: 1.4; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: 0.2em 0.6em; text-align: left; border-bottom: 1px solid #8886; white-space: nowrap; }
        .number { text-align: right; }
        .wide, figure { overflow-x: auto; margin: 0.5em 0; }
        svg { max-width: 100%; height: auto; }
        dt { font-weight: bold; } dd { margin: 0 0 0.4em 1em; overflow-wrap: anywhere; white-space: pre-wrap; }
        @media (prefers-color-scheme: dark) { svg { filter: invert(0.92) hue-rotate(180deg); } }
        """
}
