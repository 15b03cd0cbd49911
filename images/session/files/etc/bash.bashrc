# Interactive shells of a session; a person's own ~/.bashrc comes after and wins.
[ -z "${PS1-}" ] && return

shopt -s checkwinsize histappend
HISTCONTROL=ignoredups

# Who and where; deep folders are shortened in the middle.
PS1='\[\e[1;34m\]${CARREL_USER:0:30}\[\e[0m\]${CARREL_USER:+ in }\[\e[1;32m\]\w\[\e[0m\] \$ '
PROMPT_DIRTRIM=4

alias ls='ls --color=auto'
alias ll='ls -lh'
alias grep='grep --color=auto'
