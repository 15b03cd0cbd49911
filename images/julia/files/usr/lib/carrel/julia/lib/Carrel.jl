"""
What functions may use of Carrel.

    using Carrel

    function picture(name)
        Carrel.request().method == "GET" || return Carrel.Response("only GET"; status=405)
        Carrel.Response(read(name); content_type="image/png", headers=Dict("Cache-Control" => "max-age=60"))
    end
"""
module Carrel

include("answering.jl")

end
