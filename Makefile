# make [build]    build/bin/riskreport and build/bin/riskreport.fcgi
# make run        serve on http://127.0.0.1:PORT, with a demo CRM unless DB_PATH is set
# make test       everything that can fail, on the plain build
# make test-postgresql | test-cluster   the build that knows PostgreSQL: tests of the service on it, and three hosts that share
#                 one; FULL=1: all tests of the service, and more rounds
# make lint | asan | valgrind | clean
# make soak       everything at once for SECONDS=60, and every answer looked at
# make fault      databases, disks, memory and processes broken on purpose, in full
# make fuzz       libFuzzer on what reads foreign bytes, FUZZ_SECONDS each
# make bench      what it costs, beside a yardstick (docs/performance.md)
# make install | uninstall | deb | deb-test: nginx/install.mk

CFLAGS   ?= -O2 -g
CPPFLAGS ?= -D_FORTIFY_SOURCE=2
BUILD    ?= build

Q := $(if $(V),,@) # V=1 shows the commands

PACKAGES := libcjson sqlite3 libpcre2-8 zlib nettle $(if $(POSTGRESQL),libpq)
STRICT   := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
HARDENED := -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection
HARDLINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack

# Asked once, and not before it is needed: pkg-config may not be installed yet.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) fcgi libcurl))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PACKAGES)))$(PKG_LIBS)

ALL_CFLAGS = $(STRICT) $(HARDENED) $(CFLAGS) $(CPPFLAGS) $(SANITIZE) $(WERROR) -Ilib -Icgi -Wa,-I$(BUILD) -MMD -MP $(PKG_CFLAGS)
ALL_LIBS   = $(PKG_LIBS) -lm
CURL_LIBS  = $(eval CURL_LIBS := $(shell pkg-config --libs libcurl))$(CURL_LIBS)
LINK       = $(CC) $(HARDLINK) $(CFLAGS) $(SANITIZE) $(LDFLAGS)

# A store that several hosts share is PostgreSQL's, in builds that ask for it: make POSTGRESQL=1 BUILD=build/postgresql
WITHOUT        := $(if $(POSTGRESQL),lib/store/no_remote.c,$(wildcard lib/store/pg*.c))
LIB_OBJECTS    := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(WITHOUT),$(sort $(wildcard lib/*/*.c))))
HTTP_OBJECTS   := $(BUILD)/cgi/routes.o $(BUILD)/cgi/access.o $(BUILD)/cgi/respond.o $(BUILD)/cgi/health.o $(BUILD)/cgi/metrics.o
WORKER_OBJECTS := $(BUILD)/cgi/worker.o $(BUILD)/cgi/fcgi_io.o $(HTTP_OBJECTS)
CLI_OBJECTS    := $(BUILD)/cgi/riskreport.o $(BUILD)/cgi/options.o $(BUILD)/cgi/watch.o $(BUILD)/cgi/command.o $(BUILD)/cgi/doctor.o $(BUILD)/cgi/status_table.o $(BUILD)/cgi/peers.o
UNIT_TESTS     := $(patsubst tests/unit/test_%.c,$(BUILD)/tests/test_%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZERS        := $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/fuzzers/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
PROGRAMS       := $(BUILD)/bin/riskreport $(BUILD)/bin/riskreport.fcgi

.PHONY: all build programs run test test-postgresql test-cluster unit lint asan valgrind fault faults fuzz fuzzers soak bench clean packages-%
.DELETE_ON_ERROR:
.SECONDARY:

all: build

# The packages are looked at first, so that a fresh machine needs nothing but make.
build: packages-build $(if $(POSTGRESQL),packages-postgresql-build)
	@$(MAKE) --no-print-directory -j$(shell nproc) programs

packages-%:
	@nginx/install-packages.sh $*

programs: $(PROGRAMS)

$(BUILD)/libriskreport.a: $(LIB_OBJECTS)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# Who answers requests never asks a language model: only the command line has libcurl.
$(BUILD)/bin/riskreport: $(CLI_OBJECTS) $(BUILD)/libriskreport.a
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ $(ALL_LIBS) $(CURL_LIBS)

$(BUILD)/bin/riskreport.fcgi: $(WORKER_OBJECTS) $(BUILD)/libriskreport.a
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ $(ALL_LIBS) $(shell pkg-config --libs fcgi)

$(BUILD)/tests/test_%: $(BUILD)/tests/unit/test_%.o $(BUILD)/tests/unit/support.o $(HTTP_OBJECTS) $(BUILD)/cgi/options.o $(BUILD)/libriskreport.a
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ $(ALL_LIBS) $(CURL_LIBS) -lcmocka

$(BUILD)/tests/stub: $(BUILD)/tests/model/stub.o
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^

$(BUILD)/tests/nosocket.so: tests/model/nosocket.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(STRICT) $(CFLAGS) -fPIC -shared -o $@ $<

# Rebuilt when the flags change, so that a sanitizer's objects never meet others.
$(BUILD)/flags: FORCE
	@mkdir -p $(BUILD)
	@echo '$(CC) $(ALL_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS)' > $@
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/lib/model/prompt.o: $(wildcard lib/model/prompts/*/*/*)
$(BUILD)/lib/report/vocabulary.o: lib/report/vocabulary.txt
$(BUILD)/lib/report/finding.o: $(BUILD)/judge.sha256

# All that has a say in what a memo is found to say, and more: what is kept of it is another's when a line of this changes.
$(BUILD)/judge.sha256: $(sort $(wildcard lib/base/*.[ch] lib/report/*.[ch])) lib/report/vocabulary.txt
	@mkdir -p $(@D)
	$(Q)cat $^ | sha256sum > $@

run: packages-build packages-run
	@$(MAKE) --no-print-directory -j$(shell nproc) programs
	@exec nginx/run.sh

unit: $(UNIT_TESTS) $(BUILD)/tests/stub $(BUILD)/tests/nosocket.so

test: packages-build packages-run packages-test
	@$(MAKE) --no-print-directory -j$(shell nproc) programs unit faults
	@tests/run.sh

# All that look at C, or those that say most of where reports are kept.
SHARED_SUITES = $(if $(FULL),$(BUILD)/postgresql/tests/test_* $(filter-out $(addprefix tests/service/,examples.sh hardening.sh install.sh make_run.sh),$(wildcard tests/service/*.sh)),\
	$(addprefix $(BUILD)/postgresql/tests/test_,store serve run job routes) $(addprefix tests/service/,history.sh handover.sh smoke.sh herd.sh lock.sh broken.sh))

test-postgresql test-cluster: packages-build packages-run packages-test packages-postgresql-test
	@$(MAKE) --no-print-directory -j$(shell nproc) POSTGRESQL=1 BUILD=$(BUILD)/postgresql programs unit
	@BUILD=$(BUILD)/postgresql $(if $(FULL),SUITE_MAX_S=1800 CLUSTER=full) \
		$(if $(filter test-cluster,$@),tests/run.sh $(addprefix tests/cluster/,takeover.sh away.sh moving.sh nocrm.sh latency.sh cold.sh),tests/with_postgresql.sh tests/run.sh $(SHARED_SUITES))

lint: packages-build packages-test packages-postgresql-build
	@tests/lint/run.sh

asan: packages-build packages-run packages-test
	@$(MAKE) --no-print-directory -j$(shell nproc) BUILD=build/asan SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' CPPFLAGS= WERROR=-Werror programs unit faults
	@BUILD=build/asan tests/run.sh

valgrind: packages-build packages-run packages-test
	@$(MAKE) --no-print-directory -j$(shell nproc) programs unit
	@tests/valgrind.sh

soak: packages-build packages-run packages-test
	@$(MAKE) --no-print-directory -j$(shell nproc) programs
	@SOAK_SECONDS=$(or $(SECONDS),60) SUITE_MAX_S=$$(($(or $(SECONDS),60) + 120)) tests/run.sh tests/soak/run.sh

# The broken parts of tests/fault: preloaded into a program, or linked in, where the program's own allocations are to fail.
$(BUILD)/fault/shim.so: tests/fault/shim.c tests/fault/shim.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(STRICT) $(WERROR) -O2 -g -fPIC -shared -o $@ $<

$(BUILD)/fault/requests: $(BUILD)/tests/fault/requests.o $(BUILD)/tests/fault/shim.o $(BUILD)/tests/unit/support.o $(HTTP_OBJECTS) $(BUILD)/libriskreport.a
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ $(ALL_LIBS) -lcmocka

FAULTS := $(BUILD)/fault/shim.so $(if $(SANITIZE),,$(BUILD)/fault/requests)
faults: $(FAULTS)

fault: packages-build packages-run packages-test
	@$(MAKE) --no-print-directory -j$(shell nproc) programs faults
	@FAULT=full SUITE_MAX_S=3600 tests/run.sh tests/fault/*.sh

$(BUILD)/fuzzers/%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/libriskreport.a
	@mkdir -p $(@D)
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $^ $(ALL_LIBS)

fuzzers: $(FUZZERS)

fuzz: packages-build packages-fuzz
	@$(MAKE) --no-print-directory -j$(shell nproc) BUILD=build/fuzz CC=clang SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' CPPFLAGS= WERROR=-Werror fuzzers
	@tests/fuzz/run.sh

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/libriskreport.a
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ $(ALL_LIBS)

bench: packages-build packages-run packages-bench $(if $(filter store,$(BENCH_ONLY)),packages-postgresql-test)
	@$(MAKE) --no-print-directory -j$(shell nproc) programs $(BUILD)/bench/floor $(BUILD)/bench/generation
	@$(if $(filter store,$(BENCH_ONLY)),$(MAKE) --no-print-directory -j$(shell nproc) POSTGRESQL=1 BUILD=build/postgresql programs)
	@tests/bench/run.sh

clean:
	rm -rf build

include nginx/install.mk

-include $(LIB_OBJECTS:.o=.d) $(WORKER_OBJECTS:.o=.d) $(CLI_OBJECTS:.o=.d) $(wildcard $(BUILD)/tests/*/*.d)
