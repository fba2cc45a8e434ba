"""What a question sounds like: patterns over lower-case text, by what they speak for."""

import re
from collections.abc import Mapping

IF = (
    r"\bif\b|\bsuppos|\bimagine|\bassum|\bwould\b|\bwere\b|\bwhat happens|\bsay we\b|\bhow about\b"
    r"|\bwhat then\b|\bhow (?:far|much)\b.*\b(?:gets?|helps?|brings?|gains?|buys?)\b"
)
FOLLOWS = (
    r"^(?:and|also|now|then|plus|or|but|same|the same|how about|what about)\b|\binstead\b"
    r"|^(?:make|keep|leave|set|change|relax|tighten|lower|raise)\b.*\br[tp]o\b"
)
AS_IS = r"\bas it is\b|\btoday\b|\bcurrent(?:ly)?\b|\boriginal(?:ly)?\b|\bthe assessment\b|\bactual"
GRADES = r"\bgrades?\b|\bletters?\b|\bscores?\b|\bmarks?\b|\bgrading\b"
WHY = (
    r"\bwhy\b|\bhow come\b|\bexplain\b|\barithmetic\b|\bmaths?\b|\bcalculat|\bcomputed?\b"
    r"|\breason(?:s|ing)?\b|\bjustif|\bcomes? from\b|\barrived? at\b|\bsets the\b|\bmatters?\b"
    r"|\btell me (?:more )?about\b|\bbreak ?down\b|\bderived?\b|\bwho decided\b|\bworked out\b"
    r"|\bcome about\b|\bc[ao]me up with\b|\bwhat makes\b|\bwalk (?:me|us) through\b"
    r"|\bdrag(?:s|ging)?\b|\b(?:pull|bring)s? .*\bdown\b|\bhold(?:s|ing)? .*\bback\b|\bbehind\b"
)
DOUBT = (
    r"\bright\b|\bwrong\b|\bcorrect\b|\bsure\b|\bbelieve\b|\bharsh\b|\bkind(?:er)?\b|\bunfair\b"
    r"|\bfair\b|\btrust\b|\baccurate\b|\bgenerous\b|\bstrict\b|\bdisagree\b|\bdoubt\b"
    r"|\bcan(?:'t|not) be\b|\bno way\b|\bnonsense\b|\bridiculous\b"
)
RAISE = (
    r"\b(?:raise|set|change|make|give|bump|upgrade|report|improve|lift|increase|adjust|put|move"
    r"|better|mark|award|declare|round)\b"
)
HOW_TO = (
    r"\bwhat (?:would|will|does|could) (?:it take|get|bring|take)|\bhow (?:do|can|could|would|to)\b"
    r"|\bwhat (?:do|must|should|can) (?:we|i)\b|\bneed(?:ed)? (?:for|to)\b|\bneed\b.*\bfor\b"
    r"|\bwould it take\b|\bcheapest\b|\b(?:way|path) to\b|\bwhich fixes\b|\bwhat (?:is|'s) needed\b"
    r"|\bwhat's needed\b|\bget (?:us|me) to\b|\b(?:reach|achiev|attain)able\b|\bwithin reach\b"
    r"|\bpossible\b|\bcan (?:we|i) (?:get|reach|be)\b|\bhow far\b"
)
LOST = (
    r"\b(?:go(?:es|ing|ne)?|went) (?:down|away|dark|offline)\b|\bdie[sd]?\b|\bdead\b"
    r"|\bfail(?:s|ed|ing|ure)?\b"
    r"|\blost\b|\blos(?:e|es|s|ing)\b|\boutages?\b|\bgone\b|\bdeleted?s?\b|\bkill(?:s|ed)?\b"
    r"|\bcrash(?:es|ed)?\b|\bunavailable\b|\bunreachable\b|\bwithout\b|\bbreaks?\b|\bbroken?\b"
    r"|\bburn\w*|\bdisappear\w*|\bdestroyed\b|\bblast radius\b|\bdown\b|\boffline\b|\bsurvive\b"
    r"|\bcorrupt\w*|\bvanish\w*|\bdepends on\b|\bcuts? off\b"
    r"|\bwiped?\b|\bbit(?:es|ten)? the dust\b|\bpull(?:s|ed|ing)? the plug\b|\bknocked out\b"
    r"|\bstuck\b|\bhung\b"
    r"|\b(?:stop(?:s|ped)?|not|isn't) (?:respond|work|answer)ing\b|\bhangs\b"
)
PLACE_LOST = (  # beside objectives
    r"\b(?:los(?:e|es|ing|s of)|without) (?:(?:a|an|one|1|the|our|whole|entire|availability) )*"
    r"(?:regions?|zones?|azs?)\b"
    r"|\b(?:regions?|zones?|azs?) (?:fails?|dies|goes|went|is (?:lost|gone))\b"
)
LASTS = (  # how long something is lost: no objective
    r"\b(?:down|out|gone|away|dead|offline|lost|unavailable|unreachable|fails?|without [\w-]+)"
    r" for (?:about |some |over |more than )?$"
)
ORDERS = re.compile(
    r"^(?:(?:go ahead|just|now|then|do|and|simply|immediately)[ ,]+(?:and )?)*"
    r"(?:(?:kubectl|aws|terraform|helm|docker|systemctl|sudo|eksctl|psql) (?:.* )?)?"
    r"(?:delete|remove|drop|restart|reboot|stop|start|terminate|deploy|apply|enable|disable|activate"
    r"|turn (?:on|off)|switch (?:on|off)|create|add|scale|resize|fix|mend|update|modify|patch"
    r"|attach|rotate|fail ?over|purge|restore|run|execute|install|upgrade|tag|roll back"
    r"|shut down|wipe|destroy|kill -9)\b"
)
DOCS = (
    r"\bdocumentation\b|\bdocs?\b|\buser guide\b|\bread up\b|\bdoes aws say\b|\baws says?\b"
    r"|\bcan i read\b|\bwhite ?papers?\b"
)
SHOW_ME = r"|\b(?:the|aws|show|find|me|us)\b"
JUST_WHY = r"(?:but |and |so )?(?:why|how come)(?: is that| so| that)?"
DRAW = (
    r"\bdraw\w*\b|\bdiagrams?\b|\bsketch\b|\bpicture\b(?! (?:change|look))|\bcharts?\b"
    r"|(?<!heat )(?<!heat)\bmap\b"
    r"|\bmermaid\b|\bvisuali[sz]e\b|\bplot\b|\barchitectur(?:e|al) overview\b"
    r"|\btopology\b|\bschematics?\b"
)
RUNBOOK = (
    r"\brun ?-?books?\b|\bplaybooks?\b|\bhandbooks?\b|\bstep[- ]by[- ]step\b"
    r"|\b(?:recovery|restore|restoration|fail-?over|emergency|incident) "
    r"(?:procedures?|instructions?|plan|steps)\b"
)
RESTORE = (  # to have again what is gone
    r"\b(?:how (?:do|can|would|should|to)|steps to)\b.*\b(?:restore|recover"
    r"|(?:bring|get) (?:[\w-]+ )*back(?! to\b)(?: up)?)\b"
)
ACT = (  # somebody stands before an outage, or prepares for it
    r"\bwhat (?:do|does|should|must|can|shall) (?:we|i|one|on-?call) do(?: now)?"
    r"(?: if\b| when\b| once\b| after\b| in case\b|[ ?!.]*$)|\bwhat now\b"
    r"|\bwhat to do (?:if|when|once|after|in case)\b"
    r"|\bwho(?:m)? (?:do|should|must|to|can) (?:(?:we|i) )?(?:call|page|wake|tell|inform|alert)\b"
    r"|\bwhat (?:do|should) (?:we|i) run\b"
)
SWEEP = (
    r"\bsweep\b|\bheat ?map\b|\brange of\b|\bat which (?:rto|rpo|objectives?)\b"
    r"|\b(?:tightest|shortest|strictest|lowest|smallest) (?:rto|rpo|objectives?)\b"
    r"|\bwh(?:ich|at) (?:rto|rpo|objectives?)\b.*\b(?:promise|meet|reach|achieve|hold|guarantee)\b"
    r"|\b(?:for|from|below|above|until|up to) wh(?:ich|at) (?:rto|rpo|objectives?)\b"
    r"|\bhow (?:low|short|tight|small|strict|far)\b.*\b(?:rto|rpo|objectives?)\b.*\b(?:go|get|be)\b"
    r"|\b(?:every|all|each) (?:rto|rpo|objectives?)\b|\bletters?\b.*\bturns?\b"
    r"|\b(?:change|vary|depend)s? (?:with|on) (?:the )?(?:objectives?|rto|rpo)\b"
)
COMPARE = (
    r"\bchanged\b|\bchanges\b|\bdifferen(?:t|ce|ces)\b|\bdiff\b|\bcompare[sd]?\b|\bcomparison\b"
    r"|\bnew since\b|\bimproved\b|\b(?:become|got|get|getting) (?:better|worse)\b"
    r"|\bpa(?:y|ys|id) off\b|\bregress\w*|\bprogress\b|\bwhat(?:'s| is) new\b(?=$| since| here)"
    r"|\b(?:better|worse) than\b|\b(?:previous|last) (?:assessment|time|run)\b|\bsince\b(?! when)"
)
RECOMMEND = (
    r"\brecommend\w*|(?<!on )\btop\b|\bsuggest\w*|\bimprovements?\b|\btips?\b|\badvice\b"
    r"|\bideas?\b|\bquick wins?\b|\blow[- ]hanging\b|\bdo first\b|\bfix first\b|\b(?:we|i) start\b"
    r"|\bimprove\b|\bmost important\b"
    r"|\bwhat (?:should|can|could|would) (?:we|i|you) (?:do|fix|improve|change|tackle|address)\b"
    r"|\bhow (?:do|can|could|should|would|to)\b.*\b(?:reduce|lower|increase|harden|strengthen"
    r"|avoid|prevent|more (?:robust|resilient|reliable|available|stable|fault))\b"
    r"|\bgive (?:me|us) (?:the )?\d+ (?:for|on|about)\b"
    r"|\b\d+ (?:more |best )?(?:things?|items?|points?|measures?)\b|\bbest \d+\b|\b\d+ best\b"
    r"|\bthings? (?:to do|about|on|for)\b|\bpriorit\w+"
)
OF_WHAT_IF = (
    r"\b(?:that|this|it)\b|\bwhat-?if\b|\boriginal|\bas-?is\b"
    r"|\b(?:to|from|with|and) (?:now|today)\b"
)
SINCE_WHAT = (  # since something that is no time and no assessment
    r"\bsince (?!(?:(?:the|our|my) )?(?:last|previous|prior|first|latest)\b|then\b|that\b|it\b)\w"
)
SO_MANY = (  # a number of things, not of days to do them in
    r"(?<![\w-])(\d+)\b(?! (?:sprint|hour|day|week|month|quarter|year|engineer|person|people"
    r"|zone|az|region)s?\b)"
)
JUST_SO_MANY = r"(?:(?:just|only|no|give me|show me|make it|make that|the|first|top|best) ?)*\d+"
UNREAD = r"\bread\b|\bsee\b|\bpermissions?\b|\bdenied\b|\bunknown\b|\bmissed\b"
DELIVERED: Mapping[str, str] = {  # what two of are two questions
    "runbook": RUNBOOK,
    "diagram": DRAW,
    "docs": DOCS,
    "sweep": r"\bsweep\b|\bheat ?map\b",
    "recommend": r"\btop \d+\b|\brecommend\w*",
}
AND = r"\b(?:and|plus|also|then)\b|[;,.?!]"
SHOW: Mapping[str, str] = {
    "gaps": r"\bgaps?\b|\bnot (?:be )?read\b|\bunknown\b|\bunclear\b|\bpermissions?\b|\bdenied\b"
    r"|\bcould(?:n't| not) (?:you )?(?:be )?(?:read|see)\b|\bmissed\b",
    "questions": r"\bquestions?\b|\banswers?\b|\banswered\b",
    "strengths": r"\bstrengths?\b|\b(?:do(?:ing)?|works?) (?:well|right)\b|\bgood at\b"
    r"|\bgoes well\b",
    "resources": r"\bresources\b|\binventory\b|\bcomponents\b|\bparts of the workload\b"
    r"|\bwhat(?:'s| is) in (?:this|the|our|my) (?:workload|system)\b|\bconsists? of\b",
    "findings": r"\bfindings?\b|\bproblems?\b|\bissues?\b|\bwrong with\b|\bfound\b|\bfind\b"
    r"|\bdefects?\b|\brisks?\b|\bweak\w*",
    "letters": r"\bgrades?\b|\bletters?\b|\bscores?\b|\bhow are we doing\b|\bsummary\b|\bstatus\b"
    r"|\bhow do we stand\b|\bresults?\b|\breport\b|\boverview\b",
}
