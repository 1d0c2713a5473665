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
var errInterrupted = errors.New("interrupted; nothing was changed")

// signals turns interruptions of the process into an orderly end. The first one
// ends the context, under which nothing is written to a cloud, and closes stop,
// which lets calls in flight finish and no others start. The second ends the
// process at once.
type signals struct {
	context context.Context
	stop    chan struct{}
	end     func()

	mutex    sync.Mutex
	first    os.Signal
	handle   func(os.Signal)
	leftover []*reserved // files to discard when the process ends at once
}

func watchSignals(s streams) *signals {
	ctx, cancel := context.WithCancel(context.Background())
	w := &signals{context: ctx, stop: make(chan struct{}), end: cancel}
	if !s.interruptible {
		return w
	}
	received := make(chan os.Signal, 2)
	for _, interruption := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(interruption) { // nohup, and shells for what runs in the background, mean it
			signal.Notify(received, interruption)
		}
	}
	// A reader of the output that went away must not end a run that is changing
	// things: unless notified, a broken pipe kills the process.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	w.end = func() {
		signal.Stop(received)
		cancel()
	}
	fresh := "" // the terminal's own ^C, and a live display, stand on the line
	if s.errTerminal {
		fresh = "\r\x1b[K"
	}
	w.handle = func(first os.Signal) {
		w.first = first
		fmt.Fprintln(s.err, fresh+"interrupted: what is under way will finish; interrupt again to stop at once")
		close(w.stop)
		cancel()
		w.handle = func(second os.Signal) {
			for _, file := range w.leftover {
				file.discard()
			}
			fmt.Fprintln(s.err, fresh+"stopped at once: calls under way may have taken effect; amisync plan shows what is there")
			os.Exit(codeOf(second))
		}
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

// discardAtOnce names a file to discard should the process end at once.
func (w *signals) discardAtOnce(file *reserved) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.leftover = append(w.leftover, file)
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

// codeOf is the exit code by which shells report a signal.
func codeOf(s os.Signal) int {
	if number, ok := s.(syscall.Signal); ok {
		return 128 + int(number)
	}
	return exitError
}
