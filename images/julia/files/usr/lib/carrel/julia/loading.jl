"A function's code as a module, and what can be called in it."
module Loading

using Base64
using ..Failures

export Unfit

const FILE = "function.jl"

"The function cannot be served."
struct Unfit <: Exception
    error::String
    traceback::String
end
Unfit(error) = Unfit(error, "")

function set_environment(environment)
    for (name, value) in environment
        # The value is not shown: it may be a secret.
        isempty(name) || '=' in name || '\0' in name || '\0' in value || (ENV[name] = value; continue)
        throw(Unfit("variable $(repr(name)) (expected: a name without =, and no NUL in name or value)"))
    end
end

"Lays the further files into the folder."
function write_files(folder, files)
    for (path, text) in files
        parts = split(path, '/')
        startswith(path, "/") || '\0' in path || any(part -> part in ("", ".", ".."), parts) ||
            (write_file(joinpath(folder, parts...), path, base64decode(text)); continue)
        throw(Unfit("file $(repr(path)) (expected: a relative path without . and ..)"))
    end
end

function write_file(place, path, data)
    try
        mkpath(dirname(place))
        write(place, data)
        chmod(place, startswith(String(data[1:min(end, 2)]), "#!") ? 0o755 : 0o644)
    catch failure
        failure isa Union{SystemError,Base.IOError} || rethrow()
        throw(Unfit("file $(repr(path)) cannot be written: $(Failures.one_line(failure))"))
    end
end

"The handlers by name, and their names with the default one first."
function load(folder, init)
    write_files(folder, init["files"])
    place = joinpath(folder, FILE)
    write(place, init["code"])
    push!(LOAD_PATH, folder)
    # A module as a file has one: with `eval` and `include` of its own, and the names of Base.
    user = Module(:Function)
    Core.eval(user, :(eval(x) = Core.eval($user, x)))
    Core.eval(user, :(include(path) = Base.include($user, path)))
    Core.eval(user, :(const Carrel = $(parentmodule(@__MODULE__).Carrel)))
    try
        Base.include(user, place)
    catch failure
        throw(Unfit(Failures.one_line(failure), Failures.trace(failure, catch_backtrace())))
    end
    offered = Base.invokelatest(offers, user, place)
    wanted = String[name for name in init["handlers"]]
    if isempty(wanted)
        isempty(offered) && throw(Unfit(
            "the code defines no function that could be called (expected: at least one `function` whose name does not begin with _)"))
        wanted = offered
    end
    handlers = Dict{String,Any}(name => Base.invokelatest(handler, user, name, offered) for name in wanted)
    handlers, wanted
end

function handler(user, name, offered)
    symbol = Symbol(name)
    value = isdefined(user, symbol) ? getfield(user, symbol) : nothing
    value isa Union{Function,Type} || value !== nothing && !isempty(methods(value)) || throw(Unfit(string(
        "handler ", repr(name), value === nothing ? " is not there" : " is a $(typeof(value)), which cannot be called",
        " (expected: ", isempty(offered) ? "a function that the code defines; it defines none" : join(offered, ", "), ")")))
    value
end

"Public functions that the code itself defines, in their order."
function offers(user, place)
    found = Tuple{Bool,String,Int,String}[]
    for symbol in names(user; all=true)
        name = string(symbol)
        (name[1] in "_#" || symbol in (:eval, :include) || !isdefined(user, symbol)) && continue
        value = getfield(user, symbol)
        value isa Function && parentmodule(value) === user && nameof(value) === symbol && !isempty(methods(value)) || continue
        method = argmin_line(methods(value))
        push!(found, (string(method.file) != place, string(method.file), method.line, name))
    end
    String[each[4] for each in sort!(found)]
end

argmin_line(all) = first(sort!(collect(all); by=method -> (string(method.file), method.line)))

end
