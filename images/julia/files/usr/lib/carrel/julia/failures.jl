"Exceptions as people are shown them."
module Failures

const WORKER = joinpath.(@__DIR__, ("calling.jl", "loading.jl"))
const LONGEST_LINE = 1000
const LONGEST_TRACEBACK = 50_000

cut(text, most) = length(text) <= most ? text : string(first(text, most - 1), "…")

"DivideError: integer division error"
function one_line(failure)
    failure isa LoadError && return string(one_line(failure.error), " (", basename(failure.file), ", line ", failure.line, ")")
    kind = string(nameof(typeof(failure)))
    text = try
        failure isa Union{ErrorException,ArgumentError} ? failure.msg : Base.invokelatest(sprint, showerror, failure)
    catch worse
        "(its text cannot be had: $(typeof(worse)))"
    end
    text = join(split(text), " ")
    startswith(text, kind) || (text = isempty(text) ? kind : string(kind, ": ", text))
    cut(text, LONGEST_LINE)
end

"Its traceback without the worker's own part."
function trace(failure, backtrace)
    while failure isa LoadError
        failure = failure.error
    end
    text = try
        Base.invokelatest(sprint, show_trace, failure, backtrace)
    catch worse
        "(the traceback cannot be shown: $(typeof(worse)))"
    end
    length(text) <= LONGEST_TRACEBACK && return text
    string(first(text, LONGEST_TRACEBACK ÷ 2), "\n…\n", last(text, LONGEST_TRACEBACK ÷ 2))
end

function show_trace(io, failure, backtrace)
    failure isa ErrorException ? print(io, failure.msg) : showerror(io, failure)
    frames = own(stacktrace(backtrace))
    isempty(frames) || print(io, "\nStacktrace:")
    at = 0
    previous, times = nothing, 0
    for frame in frames
        if frame == previous
            times += 1
            continue
        end
        repeated(io, times)
        previous, times = frame, 1
        at += 1
        print(io, "\n [", at, "] ")
        show(io, frame)
    end
    repeated(io, times)
end

repeated(io, times) = times > 1 && print(io, " (", times, " times)")

"What was called by the person's code: all frames up to the first of the worker's, and not what loaded it."
function own(frames)
    stop = findfirst(frame -> string(frame.file) in WORKER, frames)
    stop === nothing || (frames = frames[1:stop-1])
    machinery = (:invokelatest, Symbol("#invokelatest#1"), :include, :include_string, :eval, :_include)
    while !isempty(frames) && (frames[end].func in machinery || startswith(string(frames[end].func), "#invokelatest"))
        frames = frames[1:end-1]
    end
    frames
end

end
