package io.jumpmq.cli;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A uniformity test's outcome as text, JSON, JUnit XML and SVG. */
final class UniformityReport {
    private static final int MAX_ROWS = 64;

    private UniformityReport() {}

    static String text(Uniformity result) {
        StringBuilder text = new StringBuilder();
        int width = RingReport.nameWidth(
                result.destinations().stream().map(Uniformity.Destination::name).toList());
        double max = longestBar(result);
        text.append(RingReport.padded("destination", width)).append("    observed      expected      off\n");
        int rows = Math.min(result.destinations().size(), MAX_ROWS);
        for (Uniformity.Destination destination : result.destinations().subList(0, rows)) {
            text.append(RingReport.padded(destination.name(), width))
                    .append(format(
                            "  %10d  %12.1f  %+6.2f%%  %s%n",
                            destination.observed(),
                            destination.expected(),
                            100 * (destination.observed() / destination.expected() - 1),
                            RingReport.bar(destination.observed() / max)));
        }
        if (result.destinations().size() > rows) {
            text.append("and ")
                    .append(result.destinations().size() - rows)
                    .append(" more (--format json has them all)\n");
        }
        text.append(format("%nkeys          %,d different", result.keys()));
        text.append(result.repeated() == 0 ? "\n" : format(", %,d repeated and not counted%n", result.repeated()));
        text.append(
                format("chi-squared   %.2f on %d degrees of freedom%n", result.statistic(), result.degreesOfFreedom()));
        text.append(format("p-value       %s%n", pValue(result.pValue())));
        text.append(format("Cramér's V    %.5f%n", result.cramersV()));
        text.append(format("max/mean      %.4f%n", result.maxToMean()));
        return text.append("verdict       ")
                .append(verdict(result))
                .append('\n')
                .toString();
    }

    static String json(Uniformity result) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("uniform", result.isUniform());
        json.put("alpha", result.alpha());
        json.put("keys", result.keys());
        json.put("repeated", result.repeated());
        json.put("chi_squared", result.statistic());
        json.put("degrees_of_freedom", result.degreesOfFreedom());
        json.put("p_value", result.pValue());
        json.put("cramers_v", result.cramersV());
        json.put("max_to_mean", result.maxToMean());
        json.put("destinations", result.destinations());
        return Json.pretty(json);
    }

    /** One suite with one test, as CI servers read it. */
    static String junit(Uniformity result) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "jumpmq uniformity");
            xml.writeAttribute("tests", "1");
            xml.writeAttribute("failures", result.isUniform() ? "0" : "1");
            xml.writeStartElement("testcase");
            xml.writeAttribute("classname", "jumpmq.uniformity");
            xml.writeAttribute("name", "keys spread as the weights say");
            if (!result.isUniform()) {
                xml.writeStartElement("failure");
                xml.writeAttribute("message", verdict(result));
                xml.writeCharacters(text(result));
                xml.writeEndElement();
            }
            xml.writeStartElement("system-out");
            xml.writeCharacters(text(result));
            xml.writeEndElement();
            xml.writeEndElement();
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return text + "\n";
    }

    /** A bar for each destination, a mark where it should end; readable on light and on dark. */
    static String svg(Uniformity result) {
        int rowHeight = 22;
        int left = 180;
        int bars = 520;
        int top = 64;
        List<Uniformity.Destination> destinations = result.destinations();
        double max = longestBar(result);
        int height = top + rowHeight * destinations.size() + 20;
        List<String> lines = new ArrayList<>();
        lines.add(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">",
                left + bars + 160, height, left + bars + 160, height, escaped(verdict(result))));
        lines.add("<style>svg{font:13px system-ui,sans-serif;background:#fff}text{fill:#1f2933}.bar{fill:#3b82c4}"
                + ".off{fill:#c2410c}.expected{stroke:#1f2933;stroke-width:2}.small{fill:#52606d;font-size:12px}"
                + "@media(prefers-color-scheme:dark){svg{background:#14181d}text{fill:#e4e7eb}.bar{fill:#5aa2e0}"
                + ".off{fill:#f0883e}.expected{stroke:#e4e7eb}.small{fill:#9aa5b1}}</style>");
        lines.add(format("<text x=\"16\" y=\"26\" font-weight=\"600\">%s</text>", escaped(verdict(result))));
        lines.add(format(
                "<text x=\"16\" y=\"46\" class=\"small\">%,d keys · chi-squared %.2f on %d · p = %s · V = %.5f · max/mean %.4f · mark: expected</text>",
                result.keys(),
                result.statistic(),
                result.degreesOfFreedom(),
                pValue(result.pValue()),
                result.cramersV(),
                result.maxToMean()));
        for (int i = 0; i < destinations.size(); i++) {
            Uniformity.Destination destination = destinations.get(i);
            int y = top + i * rowHeight;
            double end = left + bars * destination.expected() / max;
            double deviation =
                    Math.abs(destination.observed() - destination.expected()) / Math.sqrt(destination.expected());
            lines.add(format(
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
                    left - 8, y + 14, escaped(destination.name())));
            lines.add(format(
                    "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>",
                    !result.isUniform() && deviation > 4 ? "off" : "bar",
                    left,
                    y + 2,
                    bars * destination.observed() / max,
                    rowHeight - 6));
            lines.add(format(
                    "<line class=\"expected\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                    end, end, y, y + rowHeight - 2));
            lines.add(format(
                    "<text x=\"%d\" y=\"%d\" class=\"small\">%,d (%+.2f%%)</text>",
                    left + bars + 12,
                    y + 14,
                    destination.observed(),
                    100 * (destination.observed() / destination.expected() - 1)));
        }
        lines.add("</svg>\n");
        return String.join("\n", lines);
    }

    private static double longestBar(Uniformity result) {
        double longest = 0;
        for (Uniformity.Destination destination : result.destinations()) {
            longest = Math.max(longest, Math.max((double) destination.observed(), destination.expected()));
        }
        return longest;
    }

    private static String verdict(Uniformity result) {
        return result.isUniform()
                ? format("uniform (p ≥ %s)", result.alpha())
                : format("not uniform (p < %s)", result.alpha());
    }

    private static String pValue(double value) {
        return value < 1e-4 ? format("%.2e", value) : format("%.4f", value);
    }

    private static String escaped(String text) {
        String cut = text.length() <= 60 ? text : text.substring(0, 59) + "…";
        return cut.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replaceAll("\\p{Cntrl}", "�");
    }

    @SuppressWarnings("AnnotateFormatMethod") // Private, and every caller's format is a literal.
    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
