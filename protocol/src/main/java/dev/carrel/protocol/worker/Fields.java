/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.carrel.protocol.name.Printable;
import dev.carrel.protocol.wire.MalformedMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The members of a message's JSON object, each as it is asked for. Read by hand: binding to records by reflection costs a call several times as much, and
 * thousands are read each second. Members that nobody asks for are not looked at but for their form.
 */
final class Fields {
    private static final int MAX_MEMBERS = 64;
    private static final int MAX_ELEMENTS = 1000;

    private final String message;
    private final Map<String, Object> members;

    private Fields(String message, Map<String, Object> members) {
        this.message = message;
        this.members = members;
    }

    /**
     * Reads the object.
     *
     * @param raw names of members that are kept as JSON text, whatever they are
     */
    static Fields read(JsonFactory factory, String message, byte[] json, List<String> raw) throws MalformedMessage {
        Map<String, Object> members = new HashMap<>();
        try (JsonParser parser = factory.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedMessage(message + ": no JSON object (expected: one)", null);
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                Object value = raw.contains(name) ? RawJson.copy(factory, parser) : value(parser);
                if (members.put(name, value) != null) {
                    throw new MalformedMessage(
                            message + ": " + Printable.quote(name) + " twice (expected: once)", null);
                }
                if (members.size() > MAX_MEMBERS) {
                    throw new MalformedMessage(message + ": more than " + MAX_MEMBERS + " members", null);
                }
            }
            if (parser.nextToken() != null) {
                throw new MalformedMessage(message + ": something behind its object (expected: nothing)", null);
            }
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new MalformedMessage(message + ": " + Printable.quote(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new MalformedMessage(message + ": " + Printable.quote(e.getMessage()), e);
        }
        return new Fields(message, members);
    }

    /** Texts, numbers, booleans, lists of texts and objects of texts; {@link Absent} for all else, which is as if it were not there. */
    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? Absent.ABSENT : parser.getLongValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case START_ARRAY -> list(parser);
            case START_OBJECT -> map(parser);
            default -> Absent.ABSENT;
        };
    }

    private static Object list(JsonParser parser) throws IOException {
        List<String> list = new ArrayList<>();
        boolean good = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            good &= parser.currentToken() == JsonToken.VALUE_STRING && list.size() < MAX_ELEMENTS;
            if (good) {
                list.add(parser.getText());
            } else {
                parser.skipChildren();
            }
        }
        return good ? list : Absent.ABSENT;
    }

    private static Object map(JsonParser parser) throws IOException {
        Map<String, String> map = new HashMap<>();
        boolean good = true;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            good &= parser.currentToken() == JsonToken.VALUE_STRING && map.size() < MAX_ELEMENTS;
            if (good) {
                good = map.put(name, parser.getText()) == null;
            } else {
                parser.skipChildren();
            }
        }
        return good ? map : Absent.ABSENT;
    }

    /** A text of {@code most} characters at most. */
    String text(String name, int most) throws MalformedMessage {
        if (members.get(name) instanceof String text && text.length() <= most) {
            return text;
        }
        throw wrong(name, "a text of at most " + most + " characters");
    }

    /** The same, or null when it is not there or null. */
    @Nullable
    String textOrNull(String name, int most) throws MalformedMessage {
        Object value = members.get(name);
        return value == null || value == Absent.ABSENT ? null : text(name, most);
    }

    long number(String name, long least, long most) throws MalformedMessage {
        if (members.get(name) instanceof Long number && number >= least && number <= most) {
            return number;
        }
        throw wrong(name, "a number of " + least + " to " + most);
    }

    boolean flag(String name) throws MalformedMessage {
        if (members.get(name) instanceof Boolean flag) {
            return flag;
        }
        throw wrong(name, "true or false");
    }

    @SuppressWarnings("unchecked") // Only list() makes lists.
    List<String> texts(String name) throws MalformedMessage {
        if (members.get(name) instanceof List<?> list) {
            return (List<String>) list;
        }
        throw wrong(name, "a list of at most " + MAX_ELEMENTS + " texts");
    }

    @SuppressWarnings("unchecked") // Only map() makes maps.
    Map<String, String> textsByName(String name) throws MalformedMessage {
        if (members.get(name) instanceof Map<?, ?> map) {
            return (Map<String, String>) map;
        }
        throw wrong(name, "an object of at most " + MAX_ELEMENTS + " texts");
    }

    MalformedMessage wrong(String name, String expected) {
        return new MalformedMessage(
                message + ": " + name + " is not there or not what it must be (expected: " + expected + ")", null);
    }

    private enum Absent {
        ABSENT
    }
}
