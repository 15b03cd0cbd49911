"What a handler returns, as the bytes and the Content-Type of an answer."
module Answers

using ..Carrel, ..Json

const JSON = "application/json"
const TEXT = "text/plain; charset=utf-8"
const BYTES = "application/octet-stream"
const LINES = "application/x-ndjson"

"(bytes, Content-Type) of a value that is no stream."
function to_bytes(value)
    value isa AbstractString && return text_bytes(value), TEXT
    value isa AbstractVector{UInt8} && return Vector{UInt8}(value), BYTES
    Json.bytes(value), JSON
end

function text_bytes(text)
    isvalid(text) || throw(Unanswerable("the result is a string that is no UTF-8 (expected: whole characters, or Vector{UInt8})"))
    Vector{UInt8}(codeunits(String(text)))
end

"The same for a part of a stream: what is neither text nor bytes becomes a line of JSON."
function to_chunk(value)
    data, kind = to_bytes(value)
    kind === JSON ? (push!(data, UInt8('\n')), LINES) : (data, kind)
end

is_stream(value) = value isa Union{Channel,Base.Generator}

"(value, status, headers, Content-Type or nothing) of whatever was returned."
function unwrapped(result)
    result isa Carrel.Response || return result, 200, Dict{String,String}(), nothing
    for (name, value) in result.headers
        is_token(name) && is_line(value) ||
            throw(Unanswerable("header $(repr(name)): $(repr(value)) (expected: a name without spaces, and one line of ASCII)"))
    end
    kind = result.content_type
    kind === nothing || is_line(kind) && length(kind) <= 256 ||
        throw(Unanswerable("content_type: $(repr(kind)) (expected: something like \"text/html; charset=utf-8\")"))
    result.body, result.status, result.headers, kind
end

is_token(name) = !isempty(name) && all(c -> isascii(c) && (isletter(c) || isdigit(c) || c in "!#\$%&'*+-.^_`|~"), name)
is_line(text) = all(c -> c == '\t' || ' ' <= c <= '~', text)

end
