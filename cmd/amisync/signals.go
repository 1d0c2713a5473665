package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// errInterrupted ends a command that gave up because the run was interrupted.
var errInterrupted = errors.New("interrupted")

// signals turns interruptions of the process into an orderly end. The first one
// ends the context, under which nothing is written to a cloud, and closes stop,
// which lets calls in flight finish and no others start. The second ends the
// process at once.
type signals struct {
	context context.Context
	stop    chan struct{}
	end     func()

	mutex  sync.Mutex
	first  os.Signal
	handle func(os.Signal)
}

func watchSignals(s streams) *signals {
	ctx, cancel := context.WithCancel(context.Background())
	w := &signals{context: ctx, stop: make(chan struct{}), end: cancel}
	if !s.interruptible {
		return w
	}
	received := make(chan os.Signal, 2)
	signal.Notify(received, os.Interrupt, syscall.SIGTERM)
	w.end = func() {
		signal.Stop(received)
		cancel()
	}
	w.handle = func(first os.Signal) {
		w.first = first
		fmt.Fprintln(s.err, "\ninterrupted: calls in flight will finish; interrupt again to stop at once")
		close(w.stop)
		cancel()
		w.handle = func(second os.Signal) { os.Exit(codeOf(second)) }
	}
	go func() {
		for sig := range received {
			w.mutex.Lock()
			w.handle(sig)
			w.mutex.Unlock()
		}
	}()
	return w
}

// handleWith gives the signals to a command that deals with them itself.
func (w *signals) handleWith(handle func(os.Signal)) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.handle = handle
}

// exitCode is the exit code of an interrupted run, or 0.
func (w *signals) exitCode() int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.first == nil {
		return 0
	}
	return codeOf(w.first)
}

func codeOf(s os.Signal) int {
	if s == syscall.SIGTERM {
		return 128 + int(syscall.SIGTERM)
	}
	return 128 + int(syscall.SIGINT)
}
