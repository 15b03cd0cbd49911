"One call: arguments are matched, the handler runs, its result is sent."
module Calling

using ..Carrel, ..Json, ..Wire, ..Output, ..Failures, ..Answers

const PIECE = 262_144 # bytes of a streamed part

struct WrongArguments <: Exception
    text::String
end

"Nobody waits for the answer any more."
struct Cancelled <: Exception end

"A call under way."
mutable struct Call
    id::String
    quoted::String
    handler::String
    arguments::Vector{Any}
    keywords::Dict{String,Any}
    type::String
    body::Vector{UInt8}
    request::Carrel.Request
    window::Int
    cancelled::Bool
    changed::Condition
end

function Call(members, body)
    id = members["id"]::String
    headers = Dict{String,String}(name => value for (name, value) in members["headers"])
    request = Carrel.Request(id, members["method"], headers, time_ns() + UInt64(members["millis"]) * 1_000_000)
    Call(id, Json.quoted(id), members["handler"], members["arguments"], members["keywords"], members["type"], body, request, 0, false, Condition())
end

function more(call::Call, chunks)
    call.window += chunks
    notify(call.changed)
end

function cancel(call::Call)
    call.cancelled = true
    notify(call.changed)
end

"Answers calls of these handlers."
struct Caller
    line::Line
    printed::Printed
    handlers::Dict{String,Any}
    names::Vector{String}
    most::Int
end

"Runs a call to its end: exactly one answer, failure or end is sent. Throws nothing but what the line throws."
function answer(caller::Caller, call::Call)
    name = isempty(call.handler) ? caller.names[1] : call.handler
    handler = get(caller.handlers, name, nothing)
    if handler === nothing
        failed(caller, call, "UNKNOWN_HANDLER", Failures.cut("$(repr(name)) is not there (expected: $(join(caller.names, ", ")))", 1000))
        return
    end
    arguments = call.arguments
    unknown = Base.invokelatest(not_taken, handler, keys(call.keywords))
    if !isempty(unknown)
        expected = join((Base.invokelatest(signature, method) for method in Iterators.take(methods(handler), 5)), " or ")
        failed(caller, call, "ARGUMENTS", Failures.cut("$name takes no $(join(unknown, "=, "))= (expected: $expected)", 1000))
        return
    end
    keywords = Pair{Symbol,Any}[Symbol(key) => value for (key, value) in call.keywords]
    try
        isempty(call.type) || (arguments = Any[arguments..., body_argument(call)])
        Base.invokelatest(check, name, handler, arguments, keywords)
    catch failure
        failure isa WrongArguments || rethrow()
        failed(caller, call, "ARGUMENTS", failure.text)
        return
    end
    result = try
        isempty(keywords) ? Base.invokelatest(handler, arguments...) : Base.invokelatest(handler, arguments...; keywords...)
    catch failure
        failure isa Gone && rethrow()
        raised(caller, call, name, handler, arguments, keywords, failure, catch_backtrace())
        return
    end
    send_result(caller, call, result)
end

"Those of the names that are no keyword of any method, told by text: a Symbol is kept for ever, and callers may think of any number of names."
function not_taken(handler, names)
    isempty(names) && return String[]
    taken = Set(string(keyword) for method in methods(handler) for keyword in Base.kwarg_decl(method))
    return any(endswith("..."), taken) ? String[] : sort!([String(name) for name in names if !(name in taken)])
end

"A raw body as the handler gets it: String for text/…, else Vector{UInt8}."
function body_argument(call)
    kind = lowercase(call.type)
    startswith(kind, "text/") || return call.body
    found = match(r";\s*charset\s*=\s*\"?([^\s;\"]+)", kind)
    charset = found === nothing ? "utf-8" : found[1]
    if charset in ("utf-8", "utf8", "us-ascii", "ascii")
        text = String(copy(call.body))
        isvalid(text) || throw(WrongArguments("the body is no $charset (expected: what its Content-Type says)"))
        return text
    end
    charset in ("iso-8859-1", "latin1") || throw(WrongArguments("charset $(repr(charset)) (expected: utf-8, us-ascii or iso-8859-1)"))
    String(Char.(call.body))
end

function check(name, handler, arguments, keywords)
    if isempty(keywords)
        applicable(handler, arguments...) && return
    elseif hasmethod(handler, Tuple{map(Core.Typeof, arguments)...}, Tuple(first.(keywords)))
        return
    end
    got = join(vcat(["::$(typeof(argument))" for argument in arguments], ["$key=" for (key, _) in keywords]), ", ")
    takes = join((signature(method) for method in Iterators.take(methods(handler), 5)), " or ")
    throw(WrongArguments(Failures.cut("$name($got) matches no method (expected: $takes)", 1000)))
end

"add(a::Int64, b; key)"
signature(method) = strip(replace(split(sprint(show, method), " in ")[1], r"Main\.|Function\." => ""))

"A keyword that has no default and was not given is found out by the call itself."
function missing_keyword(handler, arguments, keywords, failure)
    failure isa UndefKeywordError && !(failure.var in first.(keywords)) || return false
    found = try
        which(handler, Tuple{map(Core.Typeof, arguments)...})
    catch
        return false
    end
    failure.var in Base.kwarg_decl(found)
end

function raised(caller, call, name, handler, arguments, keywords, failure, backtrace)
    if Base.invokelatest(missing_keyword, handler, arguments, keywords, failure)
        failed(caller, call, "ARGUMENTS", "$name() needs the keyword $(failure.var)")
    else
        failed(caller, call, "RAISED", Failures.one_line(failure), Failures.trace(failure, backtrace))
    end
end

function send_result(caller, call, result)
    value, status, headers, kind = result, 200, nothing, nothing
    try
        value, status, headers, kind = Answers.unwrapped(result)
        if !Answers.is_stream(value)
            body, usual = Base.invokelatest(Answers.to_bytes, value)
            whole(caller, call, status, headers, something(kind, usual), body)
            return
        end
    catch failure
        failure isa Gone && rethrow()
        if failure isa Unanswerable
            failed(caller, call, "RESULT", failure.text)
        else
            failed(caller, call, "RESULT", Failures.one_line(failure), Failures.trace(failure, catch_backtrace()))
        end
        return
    end
    stream(caller, call, value, status, headers, kind)
end

# ---- streams

part(stream) = Base.invokelatest(iterate, stream)
part(stream, state) = Base.invokelatest(iterate, stream, state)
chunk(value) = Base.invokelatest(Answers.to_chunk, value)

function stream(caller, call, stream, status, headers, kind)
    # Not begun before the first part is there: what is raised until then is a failure, not an answer that breaks off.
    next, data, usual = nothing, UInt8[], Answers.TEXT
    try
        next = part(stream)
        next === nothing || ((data, usual) = chunk(next[1]))
    catch failure
        failure isa Gone && rethrow()
        close_stream(stream)
        failure isa Unanswerable ? failed(caller, call, "RESULT", failure.text) :
            failed(caller, call, "RAISED", Failures.one_line(cause(failure)), Failures.trace(cause(failure), catch_backtrace()))
        return
    end
    finish(caller.printed, call.id)
    say(caller.line, "answer", head(call, status, headers, something(kind, usual), true))
    error = nothing
    try
        while next !== nothing
            for at in 1:PIECE:length(data)
                send_part(caller, call, data[at:min(at + PIECE - 1, end)])
            end
            next = part(stream, next[2])
            next === nothing || ((data, _) = chunk(next[1]))
        end
    catch failure
        failure isa Gone && rethrow()
        close_stream(stream)
        error = failure isa Cancelled ? "cancelled" : failure isa Unanswerable ? failure.text : Failures.one_line(cause(failure))
        failure isa Union{Cancelled,Unanswerable} ||
            Output.add(caller.printed, call.id, codeunits(Failures.trace(cause(failure), catch_backtrace())))
    end
    finish(caller.printed, call.id)
    say(caller.line, "end", string("{\"id\":", call.quoted, ",\"error\":", error === nothing ? "null" : Json.quoted(error), "}"))
end

function send_part(caller, call, data)
    yield() # so that `more` and `cancel` are heard
    while call.window < 1 && !call.cancelled
        wait(call.changed)
    end
    call.cancelled && throw(Cancelled())
    call.window -= 1
    say(caller.line, "chunk", string("{\"id\":", call.quoted, "}"), data)
end

"What a channel's own task threw comes wrapped."
cause(failure) = failure isa TaskFailedException ? cause(failure.task.exception) : failure isa CapturedException ? cause(failure.ex) : failure

"Lets the task that fills a channel end."
close_stream(stream) = stream isa Channel && close(stream)

# ---- what is said

function head(call, status, headers, kind, streamed)
    string("{\"id\":", call.quoted, ",\"status\":", status, ",\"type\":", Json.quoted(kind), ",\"headers\":",
        headers === nothing || isempty(headers) ? "{}" : String(Json.bytes(headers)), ",\"streamed\":", streamed, "}")
end

function whole(caller, call, status, headers, kind, body)
    if length(body) > caller.most
        failed(caller, call, "RESULT", "the result has $(length(body)) bytes (expected: at most $(caller.most); a Channel may bring more)")
        return
    end
    finish(caller.printed, call.id)
    say(caller.line, "answer", head(call, status, headers, kind, false), body)
end

function failed(caller, call, kind, error, traceback="")
    finish(caller.printed, call.id)
    say(caller.line, "failed", Json.bytes(Dict("id" => call.id, "kind" => kind, "error" => valid(error), "traceback" => valid(traceback))))
end

valid(text) = isvalid(text) ? text : Output.readable(collect(codeunits(text)))

end
