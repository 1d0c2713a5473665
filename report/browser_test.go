package report_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	console "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A browser opens the HTML reports. In CI it must be there; elsewhere the tests
// say what they miss.
const chromium = "/usr/bin/chromium"

// browser is a tab, and what went wrong in it.
type browser struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string // errors in the console, exceptions, and what the page's policy kept away
	requests []string // addresses that were asked for
}

// startBrowser starts a browser with one tab, which ends with the test.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	need(t, chromium, "apt-get install chromium")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, chromedp.ExecPath(chromium), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 900), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true))
	t.Cleanup(cancel)
	return newTab(t, ctx)
}

// tab opens another tab, which ends with the test. To start a browser takes
// longer than most tests do.
func (b *browser) tab(t *testing.T) *browser {
	t.Helper()
	return newTab(t, b.ctx)
}

func newTab(t *testing.T, ctx context.Context) *browser {
	t.Helper()
	b := &browser{T: t}
	var cancel context.CancelFunc
	b.ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(b.listen))
	t.Cleanup(cancel)
	call(b, network.Enable, network.EnableParams{})
	call(b, console.Enable, cdp.Empty{})
	return b
}

// need skips a test outside of CI, and fails it in CI, where path is missing.
func need(t *testing.T, path, install string) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts other programs")
	}
	_, err := os.Stat(path)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is missing: %s", path, install)
	default:
		t.Skipf("%s is missing: %s", path, install)
	}
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, event.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.problems = append(b.problems, "console."+string(event.Type))
	case *console.EventEntryAdded:
		b.problems = append(b.problems, string(event.Entry.Level)+": "+event.Entry.Text)
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, event.Request.URL)
	}
}

// call sends a command of the browser's protocol.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.Fatal(err)
	}
}

// open writes a page to a file and opens it, with what follows the file's name
// in the address.
func (b *browser) open(page, fragment string) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		b.Fatal(err)
	}
	b.run(chromedp.Navigate("file://" + file + fragment))
}

func (b *browser) run(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// press presses keys, one after the other.
func (b *browser) press(keys ...string) {
	b.Helper()
	for _, key := range keys {
		b.run(chromedp.KeyEvent(key))
	}
}

// slash presses a key that is not typed where the page makes it a command.
func (b *browser) slash() {
	b.Helper()
	call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "/", Code: "Slash", Text: "/", WindowsVirtualKeyCode: 191})
	call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: "/", Code: "Slash", WindowsVirtualKeyCode: 191})
}

// eval returns the value of an expression; of a promise, what it comes to.
func eval[T any](b *browser, expression string) T {
	b.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return value
}

// becomes waits until an expression is true.
func (b *browser) becomes(expression string) {
	b.Helper()
	if !eval[bool](b, `new Promise((done) => {
		const look = (left) => (`+expression+`) || left === 0 ? done(left > 0) : requestAnimationFrame(() => look(left - 1));
		look(1000);
	})`) {
		b.Fatalf("%s does not become true", expression)
	}
}

// is fails the test where an expression is not the text that is wanted.
func (b *browser) is(expression, want string) {
	b.Helper()
	if got := eval[string](b, expression); got != want {
		b.Errorf("%s is %q, want %q", expression, got, want)
	}
}

// quiet fails the test where anything went wrong in the tab, or where it asked
// for more than files of its own.
func (b *browser) quiet() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, problem := range b.problems {
		b.Errorf("in the browser: %s", problem)
	}
	for _, request := range slices.Compact(slices.Sorted(slices.Values(b.requests))) {
		if !strings.HasPrefix(request, "file:///") || !strings.HasSuffix(strings.SplitN(request, "#", 2)[0], "/report.html") {
			b.Errorf("the page asks for %s", request)
		}
	}
}

// look sets the width of the window and the colours that a reader prefers.
func (b *browser) look(width int64, scheme string) {
	b.Helper()
	b.run(chromedp.EmulateViewport(width, 900))
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// picture keeps what the tab shows, in a window as high as the page, as
// dist/screenshots/NAME.png.
func (b *browser) picture(name string) {
	b.Helper()
	size := eval[[]int64](b, `[innerWidth, document.documentElement.scrollHeight]`)
	b.run(chromedp.EmulateViewport(size[0], size[1]))
	eval[bool](b, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`) // what was out of sight is laid out
	b.save(name+".png", func() ([]byte, error) { return chromedp.Run(b.ctx, chromedp.CaptureScreenshot()) })
}

func (b *browser) save(name string, make func() ([]byte, error)) {
	b.Helper()
	data, err := make()
	if err != nil {
		b.Fatal(err)
	}
	directory := filepath.Join("..", "dist", "screenshots")
	if err := os.MkdirAll(directory, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(directory, name), data, 0o644); err != nil {
		b.Fatal(err)
	}
}
