# The text of code and of what it uses of its module, as a program that stands by itself.

const LONGEST_VALUE = 65_536

"The program's text. Throws Refused when it uses what cannot be taken along."
function program(mod::Module, code)
    parts = String[]
    own = made(code)
    for name in sort!(collect(used(code)); by=string)
        name in own || !isdefined(mod, name) || along(parts, mod, name)
    end
    join(vcat(parts, text(code)), "\n") * "\n"
end

"The code as it was written, as far as its meaning goes."
function text(code)
    code isa Expr && code.head === :block && return join((text(part) for part in code.args if !(part isa LineNumberNode)), "\n\n")
    written = string(code isa Expr ? Base.remove_linenums!(deepcopy(code)) : code)
    again = try
        Meta.parse(written)
    catch failure
        failure isa Meta.ParseError || rethrow()
        nothing
    end
    bare(again) == bare(code) || throw(Refused("the text of this code cannot be told (expected: plain definitions; or Carrel.publish(name, text))"))
    written
end

"Without where it stood."
bare(code) = code
function bare(code::Expr)
    kept = code.head === :block ? filter(each -> !(each isa LineNumberNode), code.args) : code.args
    length(kept) == 1 && code.head === :block && return bare(kept[1])
    Expr(code.head, (each isa LineNumberNode ? nothing : bare(each) for each in kept)...)
end

"A line that gives the program what a name means here."
function along(parts, mod, name)
    value = getfield(mod, name)
    source = Base.binding_module(mod, name)
    if value isa Module
        value in (Base, Core, mod, Carrel) && return
        # Its own name, under which a program elsewhere finds it.
        push!(parts, nameof(value) === name ? "import $name" : "import $(nameof(value)); const $name = $(nameof(value))")
    elseif source in (Base, Core)
        return
    elseif source !== mod
        root = Base.moduleroot(source)
        root in (Base, Core, Carrel) || push!(parts, "using $(join(fullname(source), '.')): $name")
    elseif plain(value) && sizeof(repr(value)) <= LONGEST_VALUE
        push!(parts, "const $name = $(repr(value))")
    else
        throw(Refused(
            "it uses $name, a $(typeof(value)), which cannot be taken along (expected: numbers, texts, and lists or dictionaries of them up to " *
            "$LONGEST_VALUE characters, modules; or define it inside: @publish name=\"…\" begin … end)"))
    end
end

plain(::Union{Nothing,Missing,Bool,Integer,AbstractFloat,String,Symbol,Char}) = true
plain(value::Union{Array,Tuple,NamedTuple}) = all(plain, value)
plain(value::Dict) = all(pair -> plain(pair.first) && plain(pair.second), value)
plain(::Any) = false

"Names that code reads."
used(code, found=Set{Symbol}()) = found
used(code::Symbol, found=Set{Symbol}()) = push!(found, code)
function used(code::Expr, found=Set{Symbol}())
    # Names of fields and of keywords mean nothing by themselves.
    args = code.head === :kw ? code.args[2:end] : code.head === :. && length(code.args) == 2 && code.args[2] isa QuoteNode ? code.args[1:1] : code.args
    code.head in (:using, :import, :export, :quote, :inert) || foreach(each -> used(each, found), args)
    found
end

"Names that code makes itself: what it defines, assigns or takes as an argument."
made(code, found=Set{Symbol}()) = found
function made(code::Expr, found=Set{Symbol}())
    if code.head in (:(=), :kw, :local, :const, :global)
        targets(code.args[1], found)
    elseif code.head in (:function, :->, :macro, :struct, :abstract)
        foreach(each -> targets(each, found), code.args[1:min(2, end)])
    elseif code.head in (:using, :import)
        foreach(each -> imported(each, found), code.args)
    elseif code.head in (:where, :(::), :do, :try)
        foreach(each -> each isa Symbol && code.head !== :(::) && push!(found, each), code.args)
    end
    foreach(each -> made(each, found), code.args)
    found
end

targets(code, found) = nothing
targets(code::Symbol, found) = push!(found, code)
function targets(code::Expr, found)
    if code.head in (:call, :where, :tuple, :parameters, :..., :curly, :<:, :(=), :kw)
        foreach(each -> targets(each, found), code.head in (:kw, :(=)) ? code.args[1:1] : code.args)
    elseif code.head === :(::)
        targets(code.args[1], found)
    end
end

imported(code, found) = nothing
function imported(code::Expr, found)
    code.head === :. && push!(found, last(code.args))
    code.head === :(:) && foreach(each -> imported(each, found), code.args[2:end])
end

"The name that a definition gives; nothing when it is none."
defined(code) = nothing
function defined(code::Expr)
    code.head in (:function, :(=)) || return nothing
    head = code.args[1]
    while head isa Expr && head.head in (:where, :(::))
        head = head.args[1]
    end
    head isa Expr && head.head === :call && head.args[1] isa Symbol ? head.args[1] : nothing
end
