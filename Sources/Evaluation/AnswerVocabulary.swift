/// The names the reader of answers knows: commands, functions, units, words for numbers.
enum AnswerVocabulary {
    /// Commands that only change how the answer looks.
    static let decorations: Set<String> = [
        "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "middle",
        "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "boxed", "fbox", "mathbf", "mathit",
        "mathcal", "boldsymbol", "vec", "hat", "bm", "bf", "it", "rm", "mathsf", "mathtt", "ensuremath", "overline",
        "underline", "bar", "overrightarrow", "displaylimits", "noindent", "hline", "mathopen", "mathclose",
        "pounds", "euro", "textdollar", "dollar",
    ]

    /// Commands that are white space.
    static let spaces: Set<String> = ["quad", "qquad", "space", "thinspace", "enspace", "hspace", "hfill", "newline"]

    /// Commands whose argument is text.
    static let textCommands: Set<String> = [
        "text", "textbf", "textit", "textrm", "textnormal", "texttt", "textsf", "mathrm", "mbox", "hbox", "emph",
        "operatorname", "textup", "mathop",
    ]

    static let greek: Set<String> = [
        "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "iota",
        "kappa", "lambda", "mu", "nu", "xi", "rho", "sigma", "tau", "upsilon", "phi", "varphi", "chi", "psi",
        "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Sigma", "Phi", "Psi", "Omega", "ell",
    ]

    static let functions: [String: AnswerFunction] = {
        var names: [String: AnswerFunction] = [
            "asin": .arcsin, "acos": .arccos, "atan": .arctan, "ceil": .ceiling,
        ]
        for function in AnswerFunction.allCases { names[function.rawValue] = function }
        return names
    }()

    /// Commands that are one sign.
    static let signs: [String: AnswerToken.Kind] = [
        "frac": .fraction, "dfrac": .fraction, "tfrac": .fraction, "cfrac": .fraction, "sqrt": .squareRoot,
        "nicefrac": .fraction, "sfrac": .fraction, "flatfrac": .fraction,
        "binom": .binomial, "dbinom": .binomial, "tbinom": .binomial,
        "over": .infix(.over), "choose": .infix(.choose), "atop": .infix(.atop),
        "atopwithdelims": .infix(.atopBetween), "cr": .rowBreak, "tabularnewline": .rowBreak, "slash": .divide,
        "pi": .pi, "infty": .infinity, "infinity": .infinity, "emptyset": .emptySet, "varnothing": .emptySet,
        "cdot": .times, "times": .times, "ast": .times, "div": .divide, "pm": .plusMinus, "mp": .minusPlus,
        "cup": .union, "bigcup": .union, "cap": .intersection, "setminus": .setMinus, "smallsetminus": .setMinus,
        "backslash": .setMinus, "lor": .disjunction, "vee": .disjunction, "land": .comma, "wedge": .comma,
        "R": .realNumbers, "Reals": .realNumbers, "reals": .realNumbers,
        "circ": .degree, "degree": .degree, "degrees": .degree, "textdegree": .degree,
        "lvert": .bar, "rvert": .bar, "vert": .bar, "mid": .bar, "log": .logarithm,
        "langle": .open(.angle), "rangle": .close(.angle), "lfloor": .open(.floor), "rfloor": .close(.floor),
        "lceil": .open(.ceiling), "rceil": .close(.ceiling), "lbrace": .open(.set), "rbrace": .close(.set),
        "lbrack": .open(.square), "rbrack": .close(.square), "lparen": .open(.parenthesis),
        "rparen": .close(.parenthesis), "colon": .colon,
        "le": .relation(.lessOrEqual), "leq": .relation(.lessOrEqual), "leqslant": .relation(.lessOrEqual),
        "ge": .relation(.greaterOrEqual), "geq": .relation(.greaterOrEqual), "geqslant": .relation(.greaterOrEqual),
        "lt": .relation(.less), "gt": .relation(.greater), "ne": .relation(.notEqual), "neq": .relation(.notEqual),
        "in": .relation(.member), "notin": .relation(.notMember),
        "approx": .relation(.approximately), "equiv": .relation(.congruent),
        "sim": .relation(.similar),
    ]

    /// Characters outside ASCII that are one sign.
    static let characters: [Unicode.Scalar: AnswerToken.Kind] = [
        "−": .minus, "–": .minus, "—": .minus, "‐": .minus, "‑": .minus, "×": .times, "·": .times, "⋅": .times,
        "∗": .times, "•": .times, "÷": .divide, "⁄": .divide, "∕": .divide, "√": .squareRoot, "π": .pi, "𝜋": .pi,
        "∞": .infinity, "°": .degree, "º": .degree, "±": .plusMinus, "∓": .minusPlus, "∪": .union,
        "∅": .emptySet, "ℝ": .realNumbers, "⟨": .open(.angle), "⟩": .close(.angle), "⌊": .open(.floor),
        "⌋": .close(.floor), "⌈": .open(.ceiling), "⌉": .close(.ceiling), "≤": .relation(.lessOrEqual),
        "⩽": .relation(.lessOrEqual), "≥": .relation(.greaterOrEqual), "⩾": .relation(.greaterOrEqual),
        "≠": .relation(.notEqual), "∈": .relation(.member), "∉": .relation(.notMember), "∩": .intersection,
        "∖": .setMinus, "∨": .disjunction, "∧": .comma, "≈": .relation(.approximately),
        "≡": .relation(.congruent), "α": .symbol("alpha"), "β": .symbol("beta"), "γ": .symbol("gamma"),
        "δ": .symbol("delta"), "θ": .symbol("theta"), "λ": .symbol("lambda"), "μ": .symbol("mu"),
        "ρ": .symbol("rho"), "σ": .symbol("sigma"), "φ": .symbol("phi"), "ϕ": .symbol("phi"), "ω": .symbol("omega"),
    ]

    /// Environments that are matrices, and those that are determinants.
    static let environments: [String: String] = {
        var kinds = ["array": "matrix", "vmatrix": "determinant", "vsmallmatrix": "determinant"]
        for name in ["matrix", "smallmatrix"] {
            for brackets in ["", "p", "b", "B"] { kinds[brackets + name] = "matrix" }
        }
        return kinds
    }()

    static let superscripts: [Unicode.Scalar: Character] = [
        "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9",
    ]

    static let fractions: [Unicode.Scalar: (String, String)] = [
        "½": ("1", "2"), "⅓": ("1", "3"), "⅔": ("2", "3"), "¼": ("1", "4"), "¾": ("3", "4"), "⅕": ("1", "5"),
        "⅖": ("2", "5"), "⅗": ("3", "5"), "⅘": ("4", "5"), "⅙": ("1", "6"), "⅚": ("5", "6"), "⅛": ("1", "8"),
        "⅜": ("3", "8"), "⅝": ("5", "8"), "⅞": ("7", "8"),
    ]

    /// Units by the names they go by; two that are both here and differ make two amounts differ.
    static let units: [String: String] = {
        let families: [String] = [
            "cm centimeter centimeters centimetre centimetres", "mm millimeter millimeters millimetres",
            "km kilometer kilometers kilometres", "m meter meters metre metres", "in inch inches",
            "ft foot feet", "yd yard yards", "mi mile miles", "kg kilogram kilograms", "g gram grams", "mg milligrams",
            "lb lbs pound pounds", "oz ounce ounces", "s sec secs second seconds", "min mins minute minutes",
            "h hr hrs hour hours", "day days", "week weeks", "month months", "yr yrs year years",
            "l liter liters litre litres", "ml milliliter milliliters", "mph", "kph", "cent cents",
            "dollar dollars usd", "degree degrees deg", "radian radians rad", "percent", "hz", "kw", "kwh", "sq",
        ]
        var names: [String: String] = [:]
        for family in families {
            let members = family.split(separator: " ").map(String.init)
            for member in members { names[member] = members[0] }
        }
        return names
    }()

    static let shortWords: Set<String> = ["no", "is", "of", "to", "by", "if", "it", "we", "on", "at", "am", "pm", "in"]

    /// Words before a number that say nothing about it.
    static let fillers: Set<String> = ["approximately", "about", "approx", "roughly", "exactly"]

    static let ordinals: Set<String> = ["st", "nd", "rd", "th"]

    static let bases: [String: Int] = {
        let names = [
            "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
            "fourteen", "fifteen", "sixteen",
        ]
        var bases: [String: Int] = [:]
        for (offset, name) in names.enumerated() { bases[name] = offset + 2 }
        for base in 2...36 { bases[String(base)] = base }
        return bases
    }()
}
