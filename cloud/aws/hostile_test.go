package aws

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// endless repeats a text for good, and takes no memory for it.
func endless(w io.Writer, begin, text string) {
	block := []byte(strings.Repeat(text, 1+(32<<10)/len(text)))
	_, err := io.WriteString(w, begin)
	for err == nil {
		_, err = w.Write(block)
	}
}

const listBegins = `<?xml version="1.0" encoding="UTF-8"?><DescribeImagesResponse><imagesSet>`

// raw serves what is no document in answer to DescribeImages.
func raw(t *testing.T, reply http.HandlerFunc) *server {
	s := serve(t, map[string]func(int) answer{})
	s.raw = map[string]http.HandlerFunc{"DescribeImages": reply}
	return s
}

func list(t *testing.T) error {
	t.Helper()
	images, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{})
	if images != nil {
		t.Errorf("%d images beside %v", len(images), err)
	}
	return err
}

// TestAnAnswerThatIsNoAnswerIsAnError has a server do what it should not. Each
// ends in an error that says why, with little memory and without an end.
func TestAnAnswerThatIsNoAnswerIsAnError(t *testing.T) {
	for _, c := range []struct {
		name  string
		says  string
		reply func(w http.ResponseWriter)
	}{
		{"gigabytes of one name", "the answer cannot be used: it is larger than 64 MiB", func(w http.ResponseWriter) { endless(w, listBegins+"<item><name>", "x") }},
		{"gigabytes of images", "it holds more than 1000000 tags", func(w http.ResponseWriter) { endless(w, listBegins, "<item/>") }},
		{"gigabytes of an error", "larger than 1 MiB", func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			endless(w, "<Response><Errors><Error><Code>", "x")
		}},
		{"a gzip bomb", "larger than 64 MiB", func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			var block bytes.Buffer // 64 KiB in less than one; several in a row are one body
			z := gzip.NewWriter(&block)
			fmt.Fprint(z, strings.Repeat(" ", 64<<10))
			z.Close()
			endless(w, "", block.String())
		}},
		{"elements without an end", "it holds more than 1000000 tags", func(w http.ResponseWriter) { endless(w, listBegins+"<item>", "<a>") }},
		{"a billion laughs", "invalid character entity &b;", func(w http.ResponseWriter) {
			fmt.Fprint(w, `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><DescribeImagesResponse><imagesSet><item><name>&b;</name></item></imagesSet></DescribeImagesResponse>`)
		}},
		{"an entity from a file", "invalid character entity &f;", func(w http.ResponseWriter) {
			fmt.Fprint(w, `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>`+describe("<item><name>&f;</name></item>", ""))
		}},
		{"an entity of its own", "the answer could not be read", func(w http.ResponseWriter) { fmt.Fprint(w, describe("<item><name>&lol;</name></item>", "")) }},
		{"invalid UTF-8", "invalid UTF-8", func(w http.ResponseWriter) { fmt.Fprint(w, describe("<item><name>\xff\xfe</name></item>", "")) }},
		{"another encoding", "the answer could not be read", func(w http.ResponseWriter) {
			fmt.Fprint(w, `<?xml version="1.0" encoding="utf-16"?>`+describe("", ""))
		}},
		{"no gzip, though it says so", "the answer could not be read", func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, describe("", ""))
		}},
		{"huge headers", "no answer from 127.0.0.1", func(w http.ResponseWriter) {
			for i := range 20 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1<<20))
			}
			fmt.Fprint(w, describe("", ""))
		}},
		{"a negative length", "no answer from 127.0.0.1", func(w http.ResponseWriter) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				defer connection.Close()
				fmt.Fprint(connection, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"+describe("", ""))
			}
		}},
		{"no HTTP", "no answer from 127.0.0.1", func(w http.ResponseWriter) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				defer connection.Close()
				fmt.Fprint(connection, "SSH-2.0-OpenSSH_9.6\r\n")
			}
		}},
		{"HTML of a type", "no list of images", func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<!DOCTYPE html><html><body>Sign in</body></html>")
		}},
		{"a token of absurd length", "a page token of absurd length", func(w http.ResponseWriter) {
			fmt.Fprint(w, describe("", "<nextToken>"+strings.Repeat("x", maxToken+1)+"</nextToken>"))
		}},
		{"an image whose id is none", `whose id is not one: "*"`, func(w http.ResponseWriter) { fmt.Fprint(w, describe(item("*", ambientOwner.Account, aDate), "")) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw(t, func(w http.ResponseWriter, _ *http.Request) { c.reply(w) })
			before := heap()
			err := list(t)
			if grown := heap() - before; grown > 2<<30 {
				t.Errorf("it took %d MiB", grown>>20)
			}
			failed(t, err, reconcile.Uncertain, c.says)
		})
	}
}

// heap is how many bytes the heap has taken from the system, ever.
func heap() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys)
}

func TestAnAnswerThatGoesOnBehindItsEndIsTaken(t *testing.T) {
	s := raw(t, func(w http.ResponseWriter, _ *http.Request) { endless(w, describe("", ""), " ") })
	if images, err := openReader(t, ambientOwner).List(context.Background(), "us-east-1", reconcile.Filter{}); err != nil || len(images) > 0 || len(s.of("DescribeImages")) != 1 {
		t.Errorf("%v, %v", images, err)
	}
}

// TestAnAnswerInDripsEndsWithTheAttempt has a body of which a byte comes now and
// then, for good, and a limit that is shorter than the one in use.
func TestAnAnswerInDripsEndsWithTheAttempt(t *testing.T) {
	s := raw(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, listBegins)
		for r.Context().Err() == nil {
			fmt.Fprint(w, " ")
			w.(http.Flusher).Flush()
			select {
			case <-time.After(time.Millisecond):
			case <-r.Context().Done():
			}
		}
	})
	cloud := newCloud(t, Options{})
	load := cloud.load
	cloud.load = func() (sdk.Config, error) {
		cfg, err := load()
		client := cfg.HTTPClient.(*awshttp.BuildableClient)
		if client.GetTimeout() != answerTimeout {
			t.Errorf("an attempt may take %s", client.GetTimeout())
		}
		cfg.HTTPClient = client.WithTimeout(time.Second / 2)
		return cfg, err
	}
	reader, err := cloud.OpenReader(context.Background(), ambientOwner)
	if err != nil {
		t.Fatal(err)
	}
	_, err = reader.List(context.Background(), "us-east-1", reconcile.Filter{})
	failed(t, err, reconcile.Uncertain, "the answer could not be read")
	if !strings.Contains(err.Error(), "Client.Timeout") && !strings.Contains(err.Error(), "deadline exceeded") { // net/http has both words for it
		t.Error(err)
	}
	if got := len(s.of("DescribeImages")); got > 2 {
		t.Errorf("%d attempts", got)
	}
}

// TestARedirectIsNotFollowed sends the caller on: to another host, to another
// port, and down to another path. Nobody else gets to see the request.
func TestARedirectIsNotFollowed(t *testing.T) {
	var seen []string
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen = append(seen, fmt.Sprint(r.Header, string(body)))
		fmt.Fprint(w, describe("", ""))
	}))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{elsewhere.URL, strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1), "/elsewhere", "http://", "", "file:///etc/passwd"} {
			t.Run(fmt.Sprint(status, " to ", to), func(t *testing.T) {
				s := raw(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Location", to)
					w.WriteHeader(status)
				})
				s.raw["AssumeRole"] = s.raw["DescribeImages"]
				failed(t, list(t), reconcile.Uncertain, "")
				_, err := newCloud(t, Options{}).OpenReader(context.Background(), roleOwner)
				failed(t, err, reconcile.Uncertain, "")
				if got := len(s.of("DescribeImages")); got == 0 || got > 2 || len(seen) > 0 {
					t.Errorf("%d calls; elsewhere: %q", got, seen)
				}
			})
		}
	}
}

func TestPagesWithoutEndEnd(t *testing.T) {
	n := 0
	err := walk("ec2:DescribeImages", "us-east-1", func(*string) (*string, error) {
		n++
		return sdk.String(fmt.Sprint(n)), nil
	})
	failed(t, err, reconcile.Uncertain, "the listing does not end after 10000 pages")
	if n != maxPages {
		t.Errorf("%d pages", n)
	}
}

func TestTheSamePermissionTwiceIsOne(t *testing.T) {
	entry := "<item><userId>210987654321</userId></item>"
	serve(t, map[string]func(int) answer{"DescribeImageAttribute": ok(permissionsOf(ami.ID, entry+entry))})
	got, err := openReader(t, ambientOwner).Permissions(context.Background(), ami)
	if err != nil || len(principal.Sorted(got)) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestKMSIsBoundedToo(t *testing.T) {
	for name, reply := range map[string]func(w http.ResponseWriter){
		"gigabytes":          func(w http.ResponseWriter) { endless(w, `{"KeyMetadata":{"Description":"`, "x") },
		"lists in lists":     func(w http.ResponseWriter) { endless(w, `{"KeyMetadata":{"EncryptionAlgorithms":`, "[") },
		"objects in objects": func(w http.ResponseWriter) { endless(w, `{"KeyMetadata":{"Else":`, `{"a":`) },
		"an endless list":    func(w http.ResponseWriter) { endless(w, `{"KeyMetadata":{"EncryptionAlgorithms":["A"`, `,"A"`) },
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, map[string]func(int) answer{"DescribeSnapshots": ok(snapshots(snapshot("snap-1", keyARN("k")), ""))})
			s.raw = map[string]http.HandlerFunc{"DescribeKey": func(w http.ResponseWriter, _ *http.Request) { reply(w) }}
			before := heap()
			got := inspect(t, reconcile.Questions{Encrypted: []reconcile.Image{{Image: ami, EncryptedSnapshots: []string{"snap-1"}}}})
			if grown := heap() - before; grown > 2<<30 {
				t.Errorf("it took %d MiB", grown>>20)
			}
			if len(got.Obstacles) != 1 || !got.Obstacles[0].Unsure || !strings.Contains(got.Obstacles[0].Reason, "kms:DescribeKey on "+keyARN("k")+": the answer ") {
				t.Errorf("%.500v", got.Obstacles)
			}
		})
	}
}
