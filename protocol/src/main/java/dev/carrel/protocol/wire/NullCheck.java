/* Copyright the Carrel authors. */
package dev.carrel.protocol.wire;

import dev.carrel.protocol.name.Printable;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/** Jackson fills a record's components with null where JSON says null; this refuses that unless the component is {@link Nullable}. */
final class NullCheck {
    private NullCheck() {}

    static void noNulls(Record value) throws MalformedMessage {
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            Object part = read(value, component);
            if (part == null && !nullable(component)) {
                throw new MalformedMessage(
                        value.getClass().getSimpleName() + "." + component.getName() + ": null (expected: a value)",
                        null);
            }
            if (part instanceof Record nested) {
                noNulls(nested);
            } else if (part instanceof Iterable<?> list) {
                for (Object element : list) {
                    if (element instanceof Record nested) {
                        noNulls(nested);
                    }
                }
            }
        }
    }

    static void noNulls(Message message) throws MalformedMessage {
        if (message instanceof Record value) {
            noNulls(value);
        }
    }

    private static boolean nullable(RecordComponent component) {
        AnnotatedElement type = component.getAnnotatedType();
        return type.isAnnotationPresent(Nullable.class);
    }

    private static @Nullable Object read(Record value, RecordComponent component) throws MalformedMessage {
        try {
            return component.getAccessor().invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new MalformedMessage("cannot read " + Printable.quote(component.getName()), e);
        }
    }
}
