"""
Publishes functions of a session, so that they answer at a URL.

    using Carrel

    scaled = @publish visibility="public" function scaled(x)
        parse(Float64, x) * 3
    end

    Carrel.call(scaled, 2)            # asks the published one: 6.0
    Carrel.call("mean.bob/mean", [1, 2])
    Carrel.publish("calc", read("calc.jl", String); handlers=["add"])
    Carrel.delete("calc")

The session shows its own credential, so no token is needed. What handlers use (`Carrel.Response`, `Carrel.request`) is there, too.
"""
module Carrel

include(joinpath(@__DIR__, "..", "lib", "answering.jl"))
include(joinpath(@__DIR__, "..", "json.jl"))
include("desk.jl")
include("source.jl")
include("publishing.jl")

export @publish

end
