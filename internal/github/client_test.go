package github_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/amisync/amisync/internal/github"
	"github.com/amisync/amisync/internal/github/githubtest"
	"github.com/amisync/amisync/reconcile"
)

func TestTheTokenTravelsToNoURLThatOthersCanRead(t *testing.T) {
	for url, ok := range map[string]bool{
		"https://api.github.com": true, "https://ghe.example/api/v3": true, "https://ghe.example/api/v3/": true, "http://127.0.0.1:1": true, "http://[::1]:1/api": true, "http://localhost:1": true,
		"http://api.github.com": false, "http://127.0.0.1.example": false, "http://localhost.example": false, "ftp://api.github.com": false, "api.github.com": false, "": false, "https://": false,
		"https://user:password@ghe.example": false, "https://ghe.example/?x=1": false, "https://ghe.example/#x": false, "https://ghe.example/%zz": false,
	} {
		_, err := github.New(github.Options{URL: url, Token: token, Repository: "acme/images"})
		if (err == nil) != ok {
			t.Errorf("%q: %v", url, err)
		}
		if err != nil && strings.Contains(err.Error(), "password") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestARepositoryIsAnOwnerAndAName(t *testing.T) {
	for name, ok := range map[string]bool{"acme/images": true, "a-b_c/d.e-f_g": true, "": false, "acme": false, "acme/": false, "/images": false, "acme/images/x": false,
		"acme/..": false, "acme/.": false, "acme/i?x": false, "acme/i#x": false, "acme/i%2f": false, "acme/im ages": false, "../images": false} {
		if err := github.CheckRepository(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A repository that was renamed is followed on the same host, with the request
// as it is; elsewhere the token does not go.
func TestRedirectionsAreFollowedAtHomeOnly(t *testing.T) {
	for _, status := range []int{301, 302, 307, 308} {
		w := newWorld(t)
		elsewhere, home := 0, httptest.NewServer(w.server)
		t.Cleanup(home.Close)
		abroad := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
		t.Cleanup(abroad.Close)
		target := ""
		old := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if path, renamed := strings.CutPrefix(r.URL.Path, "/api/v3/repos/old/images/"); renamed {
				http.Redirect(rw, r, target+"/api/v3/repos/acme/images/"+path+"?"+r.URL.RawQuery, status)
				return
			}
			w.server.ServeHTTP(rw, r)
		}))
		t.Cleanup(old.Close)
		client, err := github.New(github.Options{URL: old.URL + "/api/v3", Token: token, Repository: "old/images"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Comment(t.Context(), w.pull, body(noon, github.Plan, "plan"))
		if followed := status >= 307; (err == nil) != followed || (len(w.server.Comments(w.pull)) == 1) != followed || err != nil && reconcile.KindOf(err) != reconcile.Invalid {
			t.Errorf("%d at home: %v", status, err)
		}
		target = abroad.URL
		_, err = client.Comment(t.Context(), w.pull, body(noon, github.Plan, "plan"))
		if reconcile.KindOf(err) != reconcile.Invalid || elsewhere != 0 {
			t.Errorf("%d abroad: %v, %d requests", status, err, elsewhere)
		}
	}
}

// An answer may repeat all that was sent; no error tells the token for that.
func TestNoErrorTellsTheToken(t *testing.T) {
	for _, format := range []string{`{"message": %q}`, `{"message": "no", "errors": [{"message": %q}]}`, `{"message": "no", "errors": [%q]}`, "<html>%s", "%s"} {
		for _, status := range []int{200, 201, 202, 301, 400, 401, 403, 404, 410, 422, 429, 500, 502} {
			echo := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				sent, _ := httputil.DumpRequest(r, true)
				rw.Header().Set("Location", "https://elsewhere.example/?"+r.Header.Get("Authorization")[len("Bearer "):])
				rw.Header().Set("Retry-After", r.Header.Get("Authorization"))
				rw.WriteHeader(status)
				fmt.Fprintf(rw, format, strings.ReplaceAll(string(sent), "\r\n", " "))
			}))
			w := newWorld(t)
			client := w.connect(echo.URL)
			_, first := client.Comment(t.Context(), 1, body(noon, github.Plan, "plan"))
			_, second := client.Issue(t.Context(), wanted(noon, true, "drift"))
			said := fmt.Sprint(first, reconcile.HintOf(first), second, reconcile.HintOf(second), w.told)
			echo.Close()
			if first == nil || second == nil {
				t.Errorf("%d %s: no error", status, format)
			}
			for i := range len(token) - 8 {
				if strings.Contains(said, token[i:i+8]) {
					t.Fatalf("%d %s: %s", status, format, said)
				}
			}
		}
	}
}

func TestATokenThatIsNotValidSaysSo(t *testing.T) {
	w := newWorld(t)
	listener := httptest.NewServer(w.server)
	t.Cleanup(listener.Close)
	client, err := github.New(github.Options{URL: listener.URL + "/api/v3", Token: "another", Repository: githubtest.Repository})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Comment(t.Context(), w.pull, body(noon, github.Plan, "plan")); reconcile.KindOf(err) != reconcile.Credentials {
		t.Error(err)
	}
}
