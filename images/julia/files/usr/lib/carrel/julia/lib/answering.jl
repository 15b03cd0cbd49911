# What handlers may use, in a worker and, so that their code can be tried out there, in a session.

"An answer with more than a value: status 200 to 599, headers, a Content-Type. The body may be whatever a handler may return."
struct Response
    body::Any
    status::Int
    headers::Dict{String,String}
    content_type::Union{String,Nothing}

    function Response(body=nothing; status=200, headers=Dict{String,String}(), content_type=nothing)
        status isa Integer && !(status isa Bool) && 200 <= status <= 599 ||
            throw(ArgumentError("status: $(repr(status)) (expected: a number from 200 to 599)"))
        new(body, status, Dict{String,String}(string(k) => string(v) for (k, v) in pairs(headers)), content_type)
    end
end

"The call that is being answered."
struct Request
    id::String
    method::String
    headers::Dict{String,String}
    deadline::UInt64
end

Base.show(io::IO, request::Request) = print(io, "Carrel.Request(", request.id, " ", request.method, ")")

"`request.remaining`: seconds until the caller stops waiting; 0 when it has."
Base.getproperty(request::Request, name::Symbol) =
    name === :remaining ? remaining(getfield(request, :deadline), time_ns()) : getfield(request, name)
Base.propertynames(::Request) = (:id, :method, :headers, :remaining)

remaining(deadline, now) = deadline > now ? (deadline - now) / 1e9 : 0.0

const KEY = :carrel_request
const current = Ref{Union{Request,Nothing}}(nothing)

"""
The call that is being answered: `method`, `headers` (names in small letters), `remaining` (seconds).

An error outside calls, and, in a worker that takes several calls at once, in tasks that a handler has started.
"""
function request()
    found = get(task_local_storage(), KEY, current[])
    found === nothing && error("Carrel.request(): no call is being answered here")
    found::Request
end
