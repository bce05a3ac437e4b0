# make install | uninstall     programs, library, units, settings, nginx's site, documents; DESTDIR comes before every place
# make deb | deb-test          a Debian package, in build/deb; and its trial in a clean root that is booted (root)
#
# GNU's directory variables. What belongs to /usr or /usr/local has its settings in /etc and its data in /var, as an operator
# of Debian expects; with another prefix all of it is below that.

prefix         ?= /usr/local
own_root       := $(filter-out /usr /usr/local,$(prefix))
exec_prefix    ?= $(prefix)
bindir         ?= $(exec_prefix)/bin
sbindir        ?= $(exec_prefix)/sbin
libdir         ?= $(exec_prefix)/lib
libexecdir     ?= $(exec_prefix)/libexec
includedir     ?= $(prefix)/include
datarootdir    ?= $(prefix)/share
datadir        ?= $(datarootdir)
docdir         ?= $(datarootdir)/doc/riskreport
mandir         ?= $(datarootdir)/man
sysconfdir     ?= $(own_root)/etc
localstatedir  ?= $(own_root)/var
runstatedir    ?= $(own_root)/run
pkgconfigdir   ?= $(libdir)/pkgconfig
completionsdir ?= $(datadir)/bash-completion/completions
sysusersdir    ?= $(prefix)/lib/sysusers.d
tmpfilesdir    ?= $(prefix)/lib/tmpfiles.d
systemdunitdir ?= $(prefix)/lib/systemd/system
systemdgeneratordir ?= $(prefix)/lib/systemd/system-generators
nginxdir       ?= $(sysconfdir)/nginx

PLACES := prefix bindir sbindir libdir libexecdir includedir datadir docdir mandir sysconfdir localstatedir runstatedir \
	pkgconfigdir completionsdir sysusersdir tmpfilesdir systemdunitdir systemdgeneratordir nginxdir
PLACED = $(foreach name,$(PLACES),'$(name)=$($(name))')

.PHONY: install uninstall deb deb-test

install: programs
	@BUILD='$(BUILD)' DESTDIR='$(DESTDIR)' PACKAGES='$(PACKAGES) libcurl' nginx/install.sh install $(PLACED)

uninstall:
	@BUILD='$(BUILD)' DESTDIR='$(DESTDIR)' PACKAGES='$(PACKAGES) libcurl' nginx/install.sh uninstall $(PLACED)

deb: packages-build packages-package $(if $(POSTGRESQL),packages-postgresql-build)
	@nginx/build-deb.sh

deb-test: deb packages-deb-test
	@tests/package/boot.sh
