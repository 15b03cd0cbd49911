"JSON, read strictly (RFC 8259, UTF-8) and written."
module Json

export Unanswerable

"What was returned cannot be sent; the text says what and what is expected."
struct Unanswerable <: Exception
    text::String
end
Base.showerror(io::IO, failure::Unanswerable) = print(io, failure.text)

"What was read is no JSON."
struct Malformed <: Exception
    text::String
    at::Int
end
Base.showerror(io::IO, failure::Malformed) = print(io, "no JSON at byte ", failure.at, ": ", failure.text)

const DEPTH = 1000

# ---- reading

mutable struct Reader
    bytes::Vector{UInt8}
    at::Int
    depth::Int
end

"The value of a whole text: Dict{String,Any}, Vector{Any}, String, Int64 or BigInt, Float64, Bool, nothing."
function parse(bytes::Vector{UInt8})
    reader = Reader(bytes, 1, 0)
    value = read_value(reader)
    skip(reader)
    reader.at > length(bytes) || wrong(reader, "something after the value")
    value
end
parse(text::AbstractString) = parse(Vector{UInt8}(codeunits(text)))

wrong(reader, text) = throw(Malformed(text, reader.at))
peek(reader) = reader.at <= length(reader.bytes) ? (@inbounds reader.bytes[reader.at]) : 0x00

function skip(reader)
    while true
        byte = peek(reader)
        (byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09) || return byte
        reader.at += 1
    end
end

function read_value(reader)::Any
    byte = skip(reader)
    byte == UInt8('"') && return read_string(reader)
    byte == UInt8('{') && return nested(read_object, reader)
    byte == UInt8('[') && return nested(read_array, reader)
    byte == UInt8('t') && return word(reader, "true", true)
    byte == UInt8('f') && return word(reader, "false", false)
    byte == UInt8('n') && return word(reader, "null", nothing)
    (byte == UInt8('-') || UInt8('0') <= byte <= UInt8('9')) && return read_number(reader)
    wrong(reader, reader.at > length(reader.bytes) ? "the text ends" : "a value is expected")
end

function nested(read, reader)
    reader.depth += 1
    reader.depth <= DEPTH || wrong(reader, "more than $DEPTH levels")
    reader.at += 1
    value = read(reader)
    reader.depth -= 1
    value
end

function word(reader, text, value)
    for byte in codeunits(text)
        peek(reader) == byte || wrong(reader, "$text is expected")
        reader.at += 1
    end
    value
end

function read_array(reader)
    values = Any[]
    if skip(reader) == UInt8(']')
        reader.at += 1
        return values
    end
    while true
        push!(values, read_value(reader))
        byte = skip(reader)
        byte == UInt8(',') || byte == UInt8(']') || wrong(reader, "a comma or ] is expected")
        reader.at += 1
        byte == UInt8(']') && return values
    end
end

function read_object(reader)
    values = Dict{String,Any}()
    if skip(reader) == UInt8('}')
        reader.at += 1
        return values
    end
    while true
        skip(reader) == UInt8('"') || wrong(reader, "a name is expected")
        name = read_string(reader)
        haskey(values, name) && wrong(reader, "the name $(repr(name)) stands twice")
        skip(reader) == UInt8(':') || wrong(reader, "a colon is expected")
        reader.at += 1
        values[name] = read_value(reader)
        byte = skip(reader)
        byte == UInt8(',') || byte == UInt8('}') || wrong(reader, "a comma or } is expected")
        reader.at += 1
        byte == UInt8('}') && return values
    end
end

function read_string(reader)
    bytes = reader.bytes
    start = reader.at += 1
    while true
        reader.at <= length(bytes) || wrong(reader, "a string does not end")
        byte = @inbounds bytes[reader.at]
        byte == UInt8('"') && break
        byte == UInt8('\\') && return escaped_string(reader, start)
        byte < 0x20 && wrong(reader, "a control character in a string")
        reader.at += 1
    end
    text = String(bytes[start:reader.at-1])
    reader.at += 1
    isvalid(text) || wrong(reader, "no UTF-8")
    text
end

function escaped_string(reader, start)
    bytes = reader.bytes
    out = IOBuffer()
    write(out, view(bytes, start:reader.at-1))
    while true
        reader.at <= length(bytes) || wrong(reader, "a string does not end")
        byte = @inbounds bytes[reader.at]
        byte < 0x20 && wrong(reader, "a control character in a string")
        reader.at += 1
        if byte == UInt8('"')
            break
        elseif byte == UInt8('\\')
            escape(reader, out)
        else
            write(out, byte)
        end
    end
    text = String(take!(out))
    isvalid(text) || wrong(reader, "no UTF-8")
    text
end

function escape(reader, out)
    byte = peek(reader)
    reader.at += 1
    at = findfirst(isequal(Char(byte)), "\"\\/bfnrt")
    if at !== nothing
        write(out, "\"\\/\b\f\n\r\t"[at])
        return
    end
    byte == UInt8('u') || wrong(reader, "an escape that is none")
    unit = hex(reader)
    if 0xd800 <= unit < 0xdc00 && peek(reader) == UInt8('\\') && get(reader.bytes, reader.at + 1, 0x00) == UInt8('u')
        before = reader.at
        reader.at += 2
        low = hex(reader)
        if 0xdc00 <= low < 0xe000
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
        else
            reader.at = before
        end
    end
    # Half of a surrogate pair is no character: what stands for one that is unknown.
    print(out, 0xd800 <= unit < 0xe000 ? '\ufffd' : Char(unit))
end

function hex(reader)
    unit = UInt32(0)
    for _ in 1:4
        byte = peek(reader)
        digit = UInt8('0') <= byte <= UInt8('9') ? byte - UInt8('0') :
            UInt8('a') <= byte | 0x20 <= UInt8('f') ? (byte | 0x20) - UInt8('a') + 0x0a : wrong(reader, "four hexadecimal digits are expected")
        unit = unit << 4 | digit
        reader.at += 1
    end
    unit
end

isdigit8(byte) = UInt8('0') <= byte <= UInt8('9')

function digits8(reader)
    isdigit8(peek(reader)) || wrong(reader, "a digit is expected")
    while isdigit8(peek(reader))
        reader.at += 1
    end
end

function read_number(reader)
    start = reader.at
    peek(reader) == UInt8('-') && (reader.at += 1)
    if peek(reader) == UInt8('0')
        reader.at += 1
        isdigit8(peek(reader)) && wrong(reader, "a number that begins with 0")
    else
        digits8(reader)
    end
    whole = true
    if peek(reader) == UInt8('.')
        whole = false
        reader.at += 1
        digits8(reader)
    end
    if peek(reader) | 0x20 == UInt8('e')
        whole = false
        reader.at += 1
        byte = peek(reader)
        (byte == UInt8('+') || byte == UInt8('-')) && (reader.at += 1)
        digits8(reader)
    end
    text = String(reader.bytes[start:reader.at-1])
    whole || return something(tryparse(Float64, text), startswith(text, '-') ? -Inf : Inf)
    small = tryparse(Int64, text)
    small === nothing ? Base.parse(BigInt, text) : small
end

# ---- writing

"A value as JSON. Throws Unanswerable."
function bytes(value)
    out = IOBuffer()
    write_value(out, value, 0)
    take!(out)
end

"For what is ours: a text in quotes."
quoted(text::AbstractString) = (out = IOBuffer(); write_string(out, text); String(take!(out)))

write_value(out, ::Union{Nothing,Missing}, depth) = print(out, "null")
write_value(out, value::Bool, depth) = print(out, value ? "true" : "false")
write_value(out, value::Integer, depth) = print(out, value isa Unsigned || value isa Base.BitSigned ? string(value, base=10) : string(big(value)))
write_value(out, value::AbstractString, depth) = write_string(out, value)
write_value(out, value::Union{Symbol,AbstractChar}, depth) = write_string(out, string(value))
write_value(out, value::Union{AbstractDict,NamedTuple}, depth) = write_pairs(out, value, depth)
write_value(out, value::Tuple, depth) = write_list(out, value, depth)
write_value(out, value::AbstractVector, depth) = write_list(out, value, depth)
write_value(out, value, depth) = throw(Unanswerable(
    "the result holds a $(typeof(value)), which is no JSON (expected: nothing, Bool, numbers, String, Vector, Tuple, Dict, NamedTuple; " *
    "Vector{UInt8} alone; or Carrel.Response)"))

function write_value(out, value::AbstractFloat, depth)
    isfinite(value) || throw(Unanswerable("the result holds NaN or Inf, which JSON does not know (expected: finite numbers, or nothing)"))
    text = string(value isa Union{Float64,BigFloat} ? value : Float64(value))
    print(out, text)
end

# As other languages see it: a list of rows, each a list.
function write_value(out, value::AbstractArray, depth)
    ndims(value) == 0 && return write_value(out, value[], depth)
    write_list(out, (selectdim(value, 1, i) for i in axes(value, 1)), depth)
end

deeper(depth) = depth < DEPTH ? depth + 1 :
    throw(Unanswerable("the result is nested too deeply, or holds itself (expected: $DEPTH levels at most)"))

function write_list(out, values, depth)
    inner = deeper(depth)
    separator = '['
    for value in values
        print(out, separator)
        write_value(out, value, inner)
        separator = ','
    end
    print(out, separator == '[' ? "[]" : "]")
end

function write_pairs(out, values, depth)
    inner = deeper(depth)
    separator = '{'
    for (name, value) in pairs(values)
        name isa Union{AbstractString,Symbol,Number,AbstractChar} ||
            throw(Unanswerable("the result holds a $(typeof(name)) as a key (expected: a String, a Symbol or a number)"))
        print(out, separator)
        write_string(out, string(name))
        print(out, ':')
        write_value(out, value, inner)
        separator = ','
    end
    print(out, separator == '{' ? "{}" : "}")
end

function write_string(out, text::AbstractString)
    isvalid(text) || throw(Unanswerable("the result holds a string that is no UTF-8 (expected: whole characters, or Vector{UInt8} alone)"))
    print(out, '"')
    units = codeunits(String(text))
    start = 1
    for i in eachindex(units)
        byte = @inbounds units[i]
        byte >= 0x20 && byte != UInt8('"') && byte != UInt8('\\') && continue
        start < i && write(out, view(units, start:i-1))
        escape_byte(out, byte)
        start = i + 1
    end
    start <= length(units) && write(out, view(units, start:length(units)))
    print(out, '"')
end

function escape_byte(out, byte)
    at = findfirst(isequal(Char(byte)), "\"\\\b\f\n\r\t")
    at === nothing ? print(out, "\\u", string(byte, base=16, pad=4)) : print(out, '\\', "\"\\bfnrt"[at])
end

end
