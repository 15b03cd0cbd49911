"The connection to the broker: ZMTP 3.0's frames of a DEALER on a TCP socket, and when the other end must be taken for gone."
module Wire

using Sockets
using ..Json

export Line, Gone, say, hear

const BEAT = 5.0 # seconds between two signs of life when there is nothing to say
const SILENCE = 60.0 # seconds without a word from the broker, or with a message that does not leave, after which it is gone
const LARGEST = 1 << 30

"The broker is gone, or does not want this worker."
struct Gone <: Exception
    text::String
end
Base.showerror(io::IO, gone::Gone) = print(io, gone.text)

"Whoever says something waits until the kernel has it; messages of several tasks leave one after the other."
mutable struct Line
    socket::IO # that to the broker, or a buffer for trying things out
    lock::ReentrantLock
    heard::Float64
    said::Float64
    writing::Float64 # since when; 0 when nothing is being written
end

const MORE, LONG, COMMAND = 0x01, 0x02, 0x04

Line(socket::IO) = (now = time(); Line(socket, ReentrantLock(), now, now, 0.0))

function Line(broker::AbstractString)
    found = match(r"^tcp://\[?([^/]+?)\]?:(\d+)$", broker)
    found === nothing && throw(Gone("CARREL_BROKER: $(repr(broker)) (expected: tcp://address:port)"))
    socket = connect(parse(IPAddr, found[1]), Base.parse(Int, found[2]))
    Sockets.nagle(socket, false)
    greeting = zeros(UInt8, 64)
    greeting[1], greeting[9], greeting[10], greeting[11] = 0xff, 0x01, 0x7f, 0x03
    greeting[13:16] = codeunits("NULL")
    write(socket, greeting)
    theirs = read(socket, 64)
    length(theirs) == 64 || throw(Gone("the connection was closed"))
    theirs[1] == 0xff && theirs[11] >= 3 && String(theirs[13:16]) == "NULL" || throw(Gone("the broker speaks no ZMTP 3 with NULL"))
    ready = vcat(UInt8[5], codeunits("READY"), UInt8[11], codeunits("Socket-Type"), UInt8[0, 0, 0, 6], codeunits("DEALER"))
    write(socket, vcat(UInt8[COMMAND, length(ready)], ready))
    flags, theirs = read_frame(socket)
    flags & COMMAND != 0 && String(theirs[2:min(end, 6)]) == "READY" || throw(Gone("the broker does not want this socket"))
    Line(socket)
end

function put_frame(out::IOBuffer, flags, frame)
    if length(frame) < 256
        write(out, UInt8(flags), UInt8(length(frame)))
    else
        write(out, UInt8(flags | LONG), hton(UInt64(length(frame))))
    end
    write(out, frame)
end

"Says something: a name, a JSON object and perhaps a body."
function say(line::Line, name, members="{}", body=UInt8[])
    out = IOBuffer(sizehint=length(members) + length(body) + 64)
    put_frame(out, MORE, codeunits(name))
    put_frame(out, isempty(body) ? 0x00 : MORE, members isa AbstractString ? codeunits(members) : members)
    isempty(body) || put_frame(out, 0x00, body)
    send(line, take!(out))
end

function send(line::Line, bytes)
    lock(line.lock)
    try
        line.writing = time()
        write(line.socket, bytes)
        line.said = time()
    catch failure
        failure isa Base.IOError || rethrow()
        throw(Gone("the connection was closed"))
    finally
        line.writing = 0.0
        unlock(line.lock)
    end
    nothing
end

function read_frame(socket)
    flags = read(socket, UInt8)
    size = flags & LONG == 0 ? Int(read(socket, UInt8)) : Int(ntoh(read(socket, UInt64)))
    0 <= size <= LARGEST || throw(Gone("the broker sends a frame of $size bytes (expected: at most $LARGEST)"))
    frame = read(socket, size)
    length(frame) == size || throw(EOFError())
    flags, frame
end

"The next message as (name, members as bytes, body). Only one task may hear."
function hear(line::Line)
    try
        frames = Vector{UInt8}[]
        while true
            flags, frame = read_frame(line.socket)
            line.heard = time()
            if flags & COMMAND != 0
                answer(line, frame)
                continue
            end
            push!(frames, frame)
            length(frames) <= 16 || throw(Gone("the broker sends a message of more than 16 frames"))
            flags & MORE == 0 && break
        end
        length(frames) >= 2 || throw(Gone("the broker sends a message of one frame"))
        return String(frames[1]), frames[2], length(frames) > 2 ? frames[3] : UInt8[]
    catch failure
        failure isa Union{EOFError,Base.IOError} || rethrow()
        throw(Gone("the connection was closed"))
    end
end

"PING is answered by PONG with its context."
function answer(line::Line, command)
    length(command) >= 7 && command[1] == 4 && String(command[2:5]) == "PING" || return
    pong = vcat(UInt8[4], codeunits("PONG"), command[8:end])
    send(line, vcat(UInt8[COMMAND, length(pong)], pong))
end

end
