/* Copyright the Carrel authors. */
package dev.carrel.chassis.settings;

import java.lang.reflect.RecordComponent;
import java.util.List;

/** Writes the reference page from the metadata of the section records. */
public final class SettingsReference {
    private SettingsReference() {}

    /** Markdown: a heading and a table for each section, records nested in lists below it. */
    public static String markdown(List<Class<? extends Record>> sections) {
        StringBuilder page = new StringBuilder();
        for (Class<? extends Record> type : sections) {
            Section section = type.getAnnotation(Section.class);
            page.append("\n## `")
                    .append(section.value())
                    .append("`\n\n")
                    .append(section.text())
                    .append("\n\n");
            table(page, type, section.value());
        }
        return page.toString();
    }

    private static void table(StringBuilder page, Class<?> type, String path) {
        page.append("| key | default | what it does |\n|---|---|---|\n");
        for (RecordComponent component : type.getRecordComponents()) {
            Setting setting = component.getAnnotation(Setting.class);
            String def = setting.required() ? "*required*" : setting.def().isEmpty() ? "" : "`" + setting.def() + "`";
            page.append("| `")
                    .append(path)
                    .append('.')
                    .append(Keys.dashed(component.getName()))
                    .append("` | ");
            page.append(def)
                    .append(" | ")
                    .append(setting.text().replace("|", "\\|"))
                    .append(" |\n");
        }
        for (RecordComponent component : type.getRecordComponents()) {
            if (List.class.isAssignableFrom(component.getType())) {
                Class<?> element = SettingsReader.elementType(component);
                if (element.isRecord() && element != DataSize.class) {
                    String nested = path + "." + Keys.dashed(component.getName()) + "[]";
                    page.append("\nEach entry of `").append(nested).append("`:\n\n");
                    table(page, element, nested);
                }
            }
        }
    }
}
