# The engine's desk for sessions: where it is and who we are stands in the environment.

const PATIENCE = 90 # seconds; a first call waits for a worker
const MARK = "\ncarrel-status "

"What was refused, as Carrel says it. `status` is HTTP's, 0 when there was no answer; `code` is one word for programs."
struct Refused <: Exception
    message::String
    status::Int
    code::String
end
Refused(message) = Refused(message, 0, "")
Base.showerror(io::IO, refused::Refused) = print(io, refused.message)

function variable(name)
    value = get(ENV, name, "")
    isempty(value) && throw(Refused("$name is not set (expected: a session that Carrel started; older ones must be started anew)"))
    value
end

"The name of the person whose session this is."
owner() = variable("CARREL_USER")

"Asks, and gives the answer's content type and bytes. curl speaks HTTP: Julia 1.5 knows none by itself."
function ask(method, path, body=nothing; patience=PATIENCE)
    token = "session." * variable("CARREL_SESSION") * "." * variable("JUPYTER_TOKEN")
    # Headers come by a file, for command lines can be seen by other processes; never by a proxy that somebody may have set for the internet.
    headers = tempname()
    write(headers, "Authorization: token $token\nContent-Type: application/json\nHost: localhost\nExpect:\n")
    chmod(headers, 0o600)
    url = variable("CARREL_DESK") * path
    data = body === nothing ? `` : `--data-binary @-`
    command = `curl --disable --silent --show-error --noproxy '*' --proto =http --max-time $patience --request $method
        --header @$headers --write-out $(MARK * "%{http_code} %{content_type}") $data --url $url`
    out, err = IOBuffer(), IOBuffer()
    input = body === nothing ? devnull : IOBuffer(Json.bytes(body))
    process = try
        run(pipeline(ignorestatus(command); stdin=input, stdout=out, stderr=err))
    finally
        rm(headers; force=true)
    end
    success(process) || throw(Refused("Carrel does not answer: $(strip(String(take!(err)))). Please try again in a moment."))
    answer(take!(out))
end

function answer(bytes)
    at = last_mark(bytes)
    status, kind = split(String(bytes[at+sizeof(MARK):end]), ' '; limit=2)
    body = bytes[1:at-1]
    code = parse(Int, status)
    code < 400 || throw(refusal(code, String(copy(body))))
    String(first(split(kind, ';'))), body
end

"Where what curl adds begins: the last place, for the body may hold anything."
function last_mark(bytes)
    mark = Vector{UInt8}(codeunits(MARK))
    for at in length(bytes)-length(mark)+1:-1:1
        view(bytes, at:at+length(mark)-1) == mark && return at
    end
    throw(Refused("Carrel's answer cannot be read"))
end

function refusal(status, text)
    told = try
        Json.parse(text)
    catch failure
        failure isa Json.Malformed || rethrow()
        nothing
    end
    told isa Dict || return Refused("$status: $(first(text, 500))", status, "")
    error = get(told, "error", nothing) isa Dict ? told["error"] : told
    trace = something(get(error, "traceback", nothing), "")
    message = string(get(error, "message", text), isempty(trace) ? "" : "\n\n$trace")
    Refused(message, status, string(something(get(error, "code", nothing), "")))
end

"A path of these parts, each percent-encoded."
path(parts...) = join(("/" * encoded(string(part)) for part in parts))

function encoded(text)
    out = IOBuffer()
    for byte in codeunits(text)
        char = Char(byte)
        if byte < 0x80 && (isletter(char) || isdigit(char) || char in "-._~")
            print(out, char)
        else
            print(out, '%', uppercase(string(byte; base=16, pad=2)))
        end
    end
    String(take!(out))
end
