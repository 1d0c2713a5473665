package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/metrics"
	"strconv"

	"github.com/amisync/amisync/report"
)

// cost is what a piece of work takes.
type cost struct {
	Seconds float64 // of processors, collections included: others on the machine do not enter it
	Allocs  float64 // how many
	Bytes   float64 // allocated in all
	Memory  float64 // bytes that the process had from the system at its most
}

// job is a piece of work on an input of a size: see jobs.
type job struct {
	name string
	size int
}

// jobs make the input of a size, which is not measured though it takes memory,
// and return the work.
var jobs = map[string]func(size int) (work func(context.Context) error, err error){
	"plan": planJob, "recode": recodeJob, "load": loadJob, "parse": parseJob,
	"render text": renderJob(report.Text), "render markdown": renderJob(report.Markdown), "render html": renderJob(report.HTML),
}

// alone is the first argument of a process that does one job and tells its cost.
const alone = "alone"

// bestAlone does the jobs in turn, some times over, each time in a process of its
// own: neither memory nor collections of another enter what is measured, and a
// busy moment of the machine hits all of them. It returns the least that each
// took, and of memory the most.
func bestAlone(ctx context.Context, times int, jobs ...job) ([]cost, error) {
	best := make([]cost, len(jobs))
	for round := range times {
		for i, job := range jobs {
			c, err := runAlone(ctx, job)
			if err != nil {
				return nil, err
			}
			if b := best[i]; round > 0 {
				c = cost{min(b.Seconds, c.Seconds), min(b.Allocs, c.Allocs), min(b.Bytes, c.Bytes), max(b.Memory, c.Memory)}
			}
			best[i] = c
		}
	}
	return best, nil
}

func runAlone(ctx context.Context, job job) (cost, error) {
	self, err := os.Executable()
	if err != nil {
		return cost{}, err
	}
	var out, talk bytes.Buffer
	command := exec.CommandContext(ctx, self, alone, job.name, strconv.Itoa(job.size))
	command.Stdout, command.Stderr = &out, &talk
	if err := command.Run(); err != nil {
		return cost{}, fmt.Errorf("%s %d: %w: %s", job.name, job.size, err, talk.String())
	}
	var c cost
	return c, json.Unmarshal(out.Bytes(), &c)
}

// doAlone does the job of the arguments and writes its cost.
func doAlone(ctx context.Context, arguments []string, out io.Writer) error {
	if len(arguments) != 2 || jobs[arguments[0]] == nil {
		return fmt.Errorf("no job %v", arguments)
	}
	size, err := strconv.Atoi(arguments[1])
	if err != nil {
		return err
	}
	work, err := jobs[arguments[0]](size)
	if err != nil {
		return err
	}
	c, err := measure(func() error { return work(ctx) })
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(c)
}

func measure(work func() error) (cost, error) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := processors()
	err := work()
	seconds := (processors() - start).Seconds()
	runtime.ReadMemStats(&after)
	memory := []metrics.Sample{{Name: "/memory/classes/total:bytes"}} // never shrinks
	metrics.Read(memory)
	return cost{seconds, float64(after.Mallocs - before.Mallocs), float64(after.TotalAlloc - before.TotalAlloc), float64(memory[0].Value.Uint64())}, err
}
