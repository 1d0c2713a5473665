package html

// Page is a report. Text in it is shown as it is.
type Page struct {
	Title string // "amisync plan"
	// Verdict is what the report comes to, the most important sentence first.
	Verdict []Sentence
	// Notes are sentences that belong to the verdict: what a filter leaves out, what
	// to do next.
	Notes  []string
	Counts []Count
	Facts  []Fact
	Sums   []Sum
	Unread []Remark // what could not be read
	// Findings are risks, the most severe first.
	Findings []Remark
	Lanes    []Lane
	Legend   []Meaning // of the marks that occur
	// Only is what the filter is called that leaves rows without a change out.
	Only    string
	Heading string // above Changes
	Noun    string // what one of Changes is called
	Changes []Change
	Left    Left
}

// Left is what the sections leave out, so that the page can still be opened.
type Left struct{ Sums, Unread, Findings, Rows, Changes Gap }

// Gap is what one section leaves out. The zero value is nothing.
type Gap struct {
	N    int    // of the section's own entries
	Says string // the same in a sentence
}

// Tone is how good or bad something is. The zero value is neither. Its value is
// a class of the style sheet.
type Tone string

// The tones.
const (
	Good  Tone = "good"
	Bad   Tone = "bad"
	Alarm Tone = "alarm" // about the public
	Warn  Tone = "warn"
)

// Sentence is a part of a verdict.
type Sentence struct {
	Tone Tone
	Text string
}

// Count is a number with its noun. The tone is shown where the number is not 0.
type Count struct {
	N    int
	Noun string
	Tone Tone
}

// Fact is something that is said of the whole report.
type Fact struct{ Name, Value string }

// Sum says for how many images a principal gains or loses access.
type Sum struct {
	Cell
	Principal Principal
	Images    string // "3 images"
}

// Remark is a finding, or something that could not be read. Hint, Text and
// Excepted may hold code between backticks.
type Remark struct {
	Label    string // a severity, or a sort of failure
	Tone     Tone
	Code     string
	Text     string
	Places   []string // what it is about
	Source   Source
	Excepted string
	Hint     string
}

// Source is a place in the manifests. Without a URL it is no link.
type Source struct{ Text, URL string }

// Principal is one who may launch images.
type Principal struct {
	Name string // or the id, where it has no name
	ID   string // in short; empty where Name is all
	Kind string
	Full string // the whole id; empty where nothing is missing above
	// Everyone holds whoever is searched for.
	Everyone bool
}

// Term is what to search for to find this principal.
func (p Principal) Term() string {
	if p.ID != "" {
		return p.ID
	}
	return p.Name
}

// Image is an image's name and id. The name may be empty.
type Image struct{ Name, ID string }

// Lane is the part of the matrix about one owner account in one region.
type Lane struct {
	Name   string
	Groups []Group
}

// Group is a table of images by principals: those of one share.
type Group struct {
	Caption string
	Columns []Principal
	Rows    []Row
	// Listed says that rows name who has to do with their image, where most cells
	// would be empty. There are no columns then.
	Listed bool
}

// Dense reports whether the table has too many columns for words in its cells.
func (g Group) Dense() bool { return len(g.Columns) > 6 }

// Row is one image with a cell for each column.
type Row struct {
	Image   Image
	Remarks []Remark // Label and Tone alone: what holds for the whole row
	Changes bool
	Cells   []Cell
	Who     []Holder // of a listed row
	More    string   // what Who leaves out: "and 12 more"
}

// Holder is one who has to do with an image. Without a principal the cell says
// all.
type Holder struct {
	Cell
	Principal Principal
}

// Cell is what an image and a principal have to do with each other. The zero
// value is nothing.
type Cell struct {
	Mark Mark
	Text string
}

// Change is one change, deviation or outcome.
type Change struct {
	Cell
	Image     Image
	Lane      string
	Principal Principal
	Reason    string
	Note      string // in its author's words
	Because   string
	Hint      string
	Source    Source
}

// Meaning explains a mark.
type Meaning struct {
	Cell
	Says string
}

// Mark is how a cell looks: a class of the style sheet, which gives it a sign and
// a colour. The zero value looks like nothing.
type Mark string

// The marks.
const (
	Keep      Mark = "k" // has access
	Add       Mark = "a"
	Take      Mark = "t"
	Open      Mark = "o" // the public has access, or gets it
	Inherit   Mark = "i" // has access through another
	Unknown   Mark = "x"
	Failed    Mark = "f"
	Wait      Mark = "w" // is not done yet, or was not
	Missing   Mark = "m"
	Extra     Mark = "e"
	Expired   Mark = "d"
	Unmanaged Mark = "u"
	Done      Mark = "n" // nothing had to be done
)
