# Debian's /etc/profile starts PATH anew: programs of "pip install" belong to it.
PATH="/usr/local/bin:$HOME/.local/bin:/usr/bin:/bin"
