# Functions of a session as published ones.

"A published function as Carrel tells of it."
struct Published
    name::String
    version::Int
    handler::String
    url::String
end
Base.show(io::IO, published::Published) = print(io, published.url, " (version ", published.version, ")")

"""
    Carrel.publish(name, code; fields...)

Publishes a program's text, e.g. `Carrel.publish("calc", read("calc.jl", String); handlers=["add"], visibility="public")`. The fields are those of
docs/functions.md; the runtime is Julia unless it is said.
"""
function publish(name::AbstractString, code::AbstractString; fields...)
    body = Dict{String,Any}("runtime" => "julia", "code" => code)
    for (field, value) in fields
        body[string(field)] = value
    end
    told = Json.parse(ask("PUT", path("hub", "api", "functions", owner(), name), body)[2])
    handlers = get(body, "handlers", ())
    handler = isempty(handlers) ? "" : string(first(handlers))
    Published(told["name"], told["version"], handler, told["url"] * (isempty(handler) ? "" : path(handler)))
end

"Deletes a published function with all its versions."
delete(name::AbstractString) = (ask("DELETE", path("hub", "api", "functions", owner(), name)); nothing)

"""
    Carrel.call(published, arguments...; keywords...)
    Carrel.call("calc", …), Carrel.call("calc/add", …), Carrel.call("mean.bob/mean", …)

Asks a published function, as its callers do: one's own by its name, another one by name and owner, each with the handler if it is not the default one.
Arguments and result are what JSON can say; other results are a `String` or a `Vector{UInt8}`.
"""
function call(name::AbstractString, arguments...; keywords...)
    parts = split(name, '/'; limit=2)
    function_name = '.' in parts[1] ? parts[1] : "$(parts[1]).$(owner())"
    place = path("function", function_name, parts[2:end]...)
    kind, body = ask("POST", place, Dict{String,Any}("args" => collect(Any, arguments), "kwargs" => Dict{String,Any}(string(k) => v for (k, v) in keywords)))
    kind == "application/json" && return Json.parse(body)
    startswith(kind, "text/") ? String(body) : body
end
call(published::Published, arguments...; keywords...) =
    call(isempty(published.handler) ? published.name : "$(published.name)/$(published.handler)", arguments...; keywords...)

function publish_code(mod::Module, code, fields)
    handler = defined(code)
    given = Dict{Symbol,Any}(fields)
    name = pop!(given, :name, handler === nothing ? nothing : lowercase(string(handler)))
    name === nothing && throw(Refused("name: missing (expected: @publish name=\"calc\" begin … end)"))
    handler === nothing || get!(given, :handlers, [string(handler)])
    publish(name, program(mod, code); given...)
end

"""
    @publish field=value… function f(x) … end
    @publish name="calc" field=value… begin … end

Defines what stands there and publishes it, too. Plain values and modules that it uses of the session go along; whatever else it uses is refused by name.
Gives a `Published`.
"""
macro publish(parts...)
    isempty(parts) && error("@publish: nothing to publish (expected: @publish visibility=\"public\" function f(x) … end)")
    code = last(parts)
    fields = map(parts[1:end-1]) do field
        field isa Expr && field.head === :(=) && field.args[1] isa Symbol || error("@publish: $field (expected: field=value)")
        :($(QuoteNode(field.args[1])) => $(esc(field.args[2])))
    end
    quote
        $(esc(code))
        publish_code($__module__, $(QuoteNode(code)), Pair{Symbol,Any}[$(fields...)])
    end
end
