# The worker's life: hello, init, calls, bye.
module CarrelWorker

Base.Experimental.@optlevel 1

include("json.jl")
include("wire.jl")
push!(LOAD_PATH, joinpath(@__DIR__, "lib"))
import Carrel
include("output.jl")
include("failures.jl")
include("answers.jl")
include("loading.jl")
include("calling.jl")
using .Json, .Wire, .Output, .Loading

const REAL = Ref{IO}(stderr)
const MOST_WAITING = 10_000

mutable struct Worker
    line::Line
    draining::Bool
    under_way::Dict{String,Calling.Call}
    queue::Channel{Union{Calling.Call,Nothing}}
    printed::Union{Printed,Nothing}
end

"Does what a message says; gives the call when it is one."
function take(worker::Worker, name, members, body)
    if name == "call"
        return Calling.Call(Json.parse(members), body)
    elseif name == "drain"
        worker.draining = true
    elseif name == "more" || name == "cancel"
        told = Json.parse(members)
        call = get(worker.under_way, told["id"], nothing)
        call === nothing || (name == "more" ? Calling.more(call, told["chunks"]) : Calling.cancel(call))
    elseif name == "refused"
        throw(Gone(Json.parse(members)["error"]))
    end
    nothing # `beat`, and what a newer engine says
end

const REHEARSAL = """{"runtime":"julia","code":"f(a; k=1) = (println(a); a)","files":{"f/x":"eA=="},"handlers":[],"environment":{},"concurrency":1,"maxAnswer":9}"""
const REHEARSED = """{"id":"c1","handler":"f","method":"GET","arguments":["1",2.5,null],"keywords":{"k":"ü"},"type":"","headers":{"a":"b"},"millis":1}"""

"""
Loads a function and answers calls without anybody at the other end, so that all that takes is compiled by then: a worker mostly waits for a while
until it is told what it is. No time for that when it has been told already.
"""
function rehearse(worker::Worker)
    told(seconds) = (Base.start_reading(worker.line.socket); timedwait(() -> bytesavailable(worker.line.socket) > 0, seconds; pollint=0.01) === :ok)
    told(0.3) && return
    line = Line(IOBuffer())
    printed = Printed(line)
    init = Json.parse(Vector{UInt8}(codeunits(REHEARSAL)))
    folder = mktempdir()
    handlers, names = Loading.load(folder, init)
    pop!(LOAD_PATH)
    rm(folder; recursive=true)
    caller = Calling.Caller(line, printed, handlers, names, init["maxAnswer"])
    Json.bytes(Dict("handlers" => names, "credits" => init["concurrency"]))
    for (arguments, keywords) in (([1], false), (["1"], true), ([1, 2], false), ([Dict{String,Any}("a" => Any[1, 2.5, nothing, true])], false))
        told(0.02) && return
        call = Calling.Call(Json.parse(Vector{UInt8}(codeunits(REHEARSED))), UInt8[])
        call.arguments = arguments
        keywords || empty!(call.keywords)
        redirected(printed) do
            Calling.answer(caller, call)
        end
    end
end

function redirected(run, printed)
    before = stdout
    stream = Output.Stream(printed)
    @eval Base stdout = $stream
    try
        run()
    finally
        @eval Base stdout = $before
    end
end

"Waits until it is told what it is; nothing when it is told to end."
function await_init(worker::Worker)
    while true
        name, members, body = hear(worker.line)
        name == "init" && return Json.parse(members)
        take(worker, name, members, body)
        worker.draining && return nothing
    end
end

"Every second: what was printed is sent, a sign of life is given, and the broker's silence noticed."
function tick(worker::Worker)
    worker.printed === nothing || finish_old(worker.printed)
    now = time()
    line = worker.line
    line.writing != 0 && now - line.writing > Wire.SILENCE && throw(Gone("nothing could be sent for $(Wire.SILENCE) seconds"))
    isempty(worker.under_way) || return
    now - line.heard > Wire.SILENCE && throw(Gone("nothing was heard from the broker for $(Wire.SILENCE) seconds"))
    now - line.said >= Wire.BEAT && say(line, "beat")
end

function answer_calls(worker::Worker, caller, alone)
    while true
        call = take!(worker.queue)
        call === nothing && return
        if alone
            Carrel.current[] = call.request # also for tasks that the handler starts
        else
            task_local_storage(Carrel.KEY, call.request)
        end
        try
            Calling.answer(caller, call)
        finally
            Carrel.current[] = nothing
            delete!(worker.under_way, call.id)
            # While it ran nobody may have listened.
            worker.line.heard = time()
        end
        worker.draining && isempty(worker.under_way) && finish_up(worker)
    end
end

function finish_up(worker::Worker)
    worker.printed === nothing || finish(worker.printed, nothing)
    say(worker.line, "bye")
    leave(worker, 0)
end

"Ends the process: tasks of the function, and handlers that still run, keep no worker alive."
function leave(worker::Worker, status)
    flush(REAL[])
    # What was said last is read before the connection goes.
    ccall(:shutdown, Cint, (RawFD, Cint), Base._fd(worker.line.socket), 1)
    ccall(:_exit, Cvoid, (Cint,), status)
end

function end_with(worker::Worker, failure)
    if failure isa Gone
        println(REAL[], "carrel worker: ends: ", failure.text)
    else
        showerror(REAL[], failure, catch_backtrace())
        println(REAL[])
    end
    leave(worker, 1)
end

"Runs a part of the worker; what it throws ends the process."
function guarded(run, worker::Worker)
    try
        run()
    catch failure
        end_with(worker, failure)
    end
end

"Becomes the function and serves it."
function become(worker::Worker, init)
    folder = get(ENV, "HOME", "/work")
    cd(folder)
    worker.printed = capture(worker.line, REAL)
    printed = worker.printed
    caller = try
        init["runtime"] == "julia" || throw(Unfit("runtime $(repr(init["runtime"])) (expected: julia)"))
        Loading.set_environment(init["environment"])
        handlers, names = Loading.load(folder, init)
        Calling.Caller(worker.line, printed, handlers, names, init["maxAnswer"])
    catch failure
        failure isa Unfit || rethrow()
        finish(printed, nothing)
        say(worker.line, "unfit", Json.bytes(Dict("error" => Calling.valid(failure.error), "traceback" => Calling.valid(failure.traceback))))
        leave(worker, 3)
    end
    finish(printed, nothing)
    concurrency = init["concurrency"]
    say(worker.line, "ready", Json.bytes(Dict("handlers" => caller.names, "credits" => concurrency)))
    for _ in 1:concurrency
        @async guarded(worker) do
            answer_calls(worker, caller, concurrency == 1)
        end
    end
end

function serve(worker::Worker)
    while true
        name, members, body = hear(worker.line)
        call = take(worker, name, members, body)
        if call !== nothing
            worker.under_way[call.id] = call
            put!(worker.queue, call)
        elseif worker.draining && isempty(worker.under_way)
            finish_up(worker)
        end
    end
end

"SIGTERM ends the process at once. Julia's own way is to run what is to be run at an exit, wherever the program is: that may wait for itself for ever."
function end_on_term()
    set = zeros(UInt8, 128)
    ccall(:sigemptyset, Cint, (Ptr{UInt8},), set)
    ccall(:sigaddset, Cint, (Ptr{UInt8}, Cint), set, 15)
    ccall(:signal, Ptr{Cvoid}, (Cint, Ptr{Cvoid}), 15, C_NULL)
    ccall(:pthread_sigmask, Cint, (Cint, Ptr{UInt8}, Ptr{Cvoid}), 1, set, C_NULL)
end

function main()
    end_on_term()
    broker = get(ENV, "CARREL_BROKER", "")
    token = pop!(ENV, "CARREL_TOKEN", "")
    if isempty(broker) || isempty(token)
        println(stderr, "carrel worker: CARREL_BROKER and CARREL_TOKEN say where the broker is and who this is; they are not there")
        ccall(:_exit, Cvoid, (Cint,), 2)
    end
    line = try
        Line(broker)
    catch failure
        println(stderr, "carrel worker: ends: ", sprint(showerror, failure))
        ccall(:_exit, Cvoid, (Cint,), 1)
    end
    worker = Worker(line, false, Dict(), Channel{Union{Calling.Call,Nothing}}(MOST_WAITING), nothing)
    guarded(worker) do
        say(line, "hello", string("{\"protocol\":1,\"token\":", Json.quoted(token), "}"))
        Timer(_ -> guarded(() -> tick(worker), worker), 1; interval=1)
        yield()
        bytesavailable(line.socket) > 0 || rehearse(worker)
        init = await_init(worker)
        init === nothing && finish_up(worker)
        become(worker, init)
        serve(worker)
    end
end

end

CarrelWorker.main()
