"What functions print becomes `log` messages: whole lines, those of one moment together, with the call they belong to."
module Output

using ..Carrel, ..Json, ..Wire

export Printed, capture, finish, finish_old

const TOGETHER = 8192 # bytes that are sent at once
const SOON = 0.1 # seconds that lines may wait for others
const LONGEST = 16384 # bytes of a line; what is longer becomes several

"Texts of one call that wait to be sent."
mutable struct Waiting
    text::Vector{UInt8}
    since::Float64
end

"Lines that wait to be sent, for each call; nothing stands for what was printed outside calls."
struct Printed
    line::Line
    waiting::Dict{Union{String,Nothing},Waiting}
end
Printed(line::Line) = Printed(line, Dict{Union{String,Nothing},Waiting}())

function add(printed::Printed, id, bytes)
    waiting = get!(() -> Waiting(UInt8[], time()), printed.waiting, id)
    append!(waiting.text, bytes)
    if length(waiting.text) > TOGETHER
        send(printed, id, waiting, length(waiting.text) > LONGEST)
    elseif time() - waiting.since > SOON && UInt8('\n') in bytes
        send(printed, id, waiting, false)
    end
end

"Sends all that a call has printed."
function finish(printed::Printed, id)
    waiting = get(printed.waiting, id, nothing)
    waiting === nothing || send(printed, id, waiting, true)
end

"Sends what has waited."
function finish_old(printed::Printed)
    for (id, waiting) in collect(printed.waiting)
        time() - waiting.since > SOON && send(printed, id, waiting, id === nothing)
    end
end

function send(printed::Printed, id, waiting, all)
    # Taken away before anything is said: while that is under way others may print.
    get(printed.waiting, id, nothing) === waiting && delete!(printed.waiting, id)
    text = waiting.text
    last = all ? length(text) : something(findlast(isequal(UInt8('\n')), text), 0)
    last < length(text) && (printed.waiting[id] = Waiting(text[last+1:end], time()))
    head = id === nothing ? "{\"id\":null,\"text\":" : "{\"id\":$(Json.quoted(id)),\"text\":"
    start = 1
    while start <= last
        stop = piece_end(text, start, last)
        shown = text[start] == UInt8('\n') && stop == start ? UInt8[] : text[start:stop]
        isempty(shown) || shown[end] != UInt8('\n') || pop!(shown)
        say(printed.line, "log", string(head, Json.quoted(readable(shown)), "}"))
        start = stop + 1
    end
end

"A part of some thousand bytes ends at a line's end, or, of a long line, where a character does."
function piece_end(text, start, last)
    last - start < LONGEST && return last
    stop = start + LONGEST - 1
    broken = findprev(isequal(UInt8('\n')), text, stop)
    broken !== nothing && broken >= start && return broken
    while stop > start && text[stop+1] & 0xc0 == 0x80
        stop -= 1
    end
    stop
end

"What is no UTF-8 is shown by its bytes."
function readable(bytes)
    text = String(bytes)
    isvalid(text) && return text
    out = IOBuffer()
    for character in text
        isvalid(character) ? print(out, character) : foreach(byte -> print(out, "\\x", string(byte, base=16, pad=2)), codeunits(string(character)))
    end
    String(take!(out))
end

"Stands for stdout and stderr."
struct Stream <: IO
    printed::Printed
end

function id_now()
    request = get(task_local_storage(), Carrel.KEY, Carrel.current[])
    request === nothing ? nothing : getfield(request, :id)
end

function Base.unsafe_write(stream::Stream, pointer::Ptr{UInt8}, count::UInt)
    add(stream.printed, id_now(), unsafe_wrap(Array, pointer, count))
    Int(count)
end
function Base.write(stream::Stream, byte::UInt8)
    add(stream.printed, id_now(), UInt8[byte])
    1
end
Base.flush(::Stream) = nothing
Base.isopen(::Stream) = true
Base.isreadable(::Stream) = false
Base.iswritable(::Stream) = true
Base.close(::Stream) = nothing
Base.displaysize(::Stream) = (24, 80)
# What other programs print comes by the pipe: nobody knows for which call.
Base.setup_stdio(::Stream, ::Bool) = RawFD(1), false

"""
From now on everything printed goes to the broker, also what other programs and libraries write. Gives what sends it; `real` becomes the
process's own stderr.
"""
function capture(line::Line, real::Ref{IO})
    printed = Printed(line)
    real[] = fdio(ccall(:dup, Cint, (Cint,), 2), true)
    reading, writing = redirect_stdout()
    redirect_stderr(writing)
    @async forward(reading, printed)
    stream = Stream(printed)
    @eval Base stdout = $stream
    @eval Base stderr = $stream
    Base.CoreLogging.global_logger(Base.CoreLogging.SimpleLogger(stream))
    printed
end

function forward(reading, printed)
    while !eof(reading)
        add(printed, nothing, readavailable(reading))
    end
end

end
