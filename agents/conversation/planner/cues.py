"""What a question sounds like: patterns over lower-case text, by what they speak for."""

import re
from collections.abc import Mapping

IF = (
    r"(?<!what-)\bif\b|\bsuppos|\bimagine|\bassum|\bwould\b|\bwere\b|\bwhat happens|\bsay we\b"
    r"|\bhow about\b|\bpretend\b"
    r"|\bwhat then\b|\bhow (?:far|much)\b.*\b(?:gets?|helps?|brings?|gains?|buys?)\b"
)
FOLLOWS = (
    r"^(?:and|also|now|then|plus|or|but|same|the same|how about|what about)\b|\binstead\b"
    r"|^(?:make|keep|leave|set|change|relax|tighten|lower|raise)\b.*\br[tp]o\b"
)
AS_IS = r"\bas it is\b|\btoday\b|\bcurrent(?:ly)?\b|\boriginal(?:ly)?\b|\bthe assessment\b|\bactual"
JUST_AS_IS = r"(?:and |but )?(?:(?:as|how) it is )?(?:today|now|currently|as it is|originally)"
GRADES = (
    r"\bgrades?\b|\bgraded\b|(?<!dead )\bletters?\b|\bscor(?:es?|ed|ing)\b|\bmarks?\b|\bgrading\b"
    r"|\brat(?:ing|ings|ed)\b"
)
WHY = (
    r"\bwhy\b|\bhow come\b|\bexplain\b|\barithmetic\b|\bmaths?\b|\bcalculat|\bcomputed?\b"
    r"|\breason(?:s|ing)?\b|\bjustif|\bcomes? from\b|\barrived? at\b|\bsets the\b|\bmatters?\b"
    r"|\btell me (?:more )?about\b|\bbreak ?down\b|\bderived?\b|\bwho decided\b|\bworked out\b"
    r"|\bcome about\b|\bc[ao]me up with\b|\bwhat makes\b|\b(?:walk|talk|take) (?:me|us) through\b"
    r"|\bstems?\b|\bgrounds\b"
    r"|\bwhat is it about\b|\bto blame\b|\bstory\b"
    r"|\brationale\b|\bc[ao]me to\b|\bdrives?\b|\bdriv(?:ing|en)\b|\bcontribut\w*|\bdetermin\w+"
    r"|\bresponsible\b|\bcauses?\b|\bcaus(?:ed|ing)\b|\bwhat led to\b|\bbased on\b"
    r"|\bdrag(?:s|ging)?\b|\b(?:pull|bring)s? .*\bdown\b|\bhold(?:s|ing)? .*\bback\b|\bbehind\b"
)
DOUBT = (
    r"\bright\b|\bwrong\b|\bcorrect\b|\bsure\b|\bbelieve\b|\bharsh\b|\bkind(?:er)?\b|\bunfair\b"
    r"|\bfair\b|\btrust\b|\baccurate\b|\bgenerous\b|\bstrict\b|\bdisagree\b|\bdoubt\b"
    r"|\bcan(?:'t|not) be\b|\bno way\b|\bnonsense\b|\bridiculous\b"
)
RAISE = (
    r"\b(?:raise|set|change|make|give|bump|upgrade|report|improve|lift|increase|adjust|put|move"
    r"|better|turn|(?<!the )(?<!our )mark|award|declare|round)\b"
)
WANTED = r"\bwants?\b|\bexpects?\b|\bdemands?\b|\bshould be\b|\bdeserves?\b"
HOW_TO = (
    r"\bwhat (?:would|will|does|could) (?:it take|get|bring|take)|\bhow (?:do|can|could|would|to)\b"
    r"|\bwhat (?:do|must|should|can) (?:we|i)\b|\bneed(?:ed)? (?:for|to)\b|\bneed\b.*\bfor\b"
    r"|\bwould it take\b|\bcheapest\b|\b(?:way|path) to\b|\bwhich fixes\b|\bwhat (?:is|'s) needed\b"
    r"|\bwhat's needed\b|\bget (?:us|me) to\b|\b(?:reach|achiev|attain)able\b|\bwithin reach\b"
    r"|\bcosts?\b|\bhow much (?:work|effort|time|money|would|does)\b"
    r"|\bleast (?:work|effort)\b"
    r"|\bpossible\b|\bcan (?:we|i) (?:get|reach|be)\b|\bhow far\b"
)
LOST = (
    r"\b(?:go(?:es|ing|ne)?|went) (?:down|away|dark|offline)\b|\bdie[sd]?\b"
    r"|\bdead\b(?![ -]letters?)"
    r"|(?<!point of )(?<!points of )\bfail(?:s|ed|ing|ure)?\b"
    r"|\blost\b|\blos(?:e|es|s|ing)\b|\boutages?\b|\bgone\b|\bdeleted?s?\b|\bkill(?:s|ed)?\b"
    r"|\bcrash(?:es|ed)?\b|\bunavailable\b|\bunreachable\b|\bwithout\b|\bbreaks?\b|\bbroken?\b"
    r"|\bburn\w*|\bdisappear\w*|\bdestroyed\b|\bblast radius\b|\bdown\b|\boffline\b|\bsurvive\b"
    r"|\bcorrupt\w*|\bvanish\w*|\bdepends on\b|\bcuts? off\b|\btak(?:es?|en) out\b"
    r"|\bwho (?:needs|uses)\b|\brel(?:y|ies) on\b"
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
    r"(?:delete|remove|drop|restart|reboot|stop|start|terminate|deploy|apply|enable|disable"
    r"|activate"
    r"|turn (?:on|off)|switch (?:on|off)|create|add|scale|resize|fix|mend|update|modify|patch"
    r"|attach|set up|provision|configure|migrate|promote|rotate|fail ?over|purge|restore|run"
    r"|execute|install|upgrade|tag|roll back"
    r"|shut down|wipe|destroy|kill -9)\b"
)
DOCS = (
    r"\bdocumentation\b|\bdocs?\b|\buser guide\b|\bread up\b|\baws (?:says?|writes?|documents"
    r"|publish\w*)\b"
    r"|\bcan i read\b|\bwhite ?papers?\b"
)
SHOW_ME = r"|\b(?:the|aws|show|find|me|us)\b"
JUST_WHY = r"(?:but |and |so )?(?:why|how come)(?: is that| so| that)?"
DRAW = (
    r"\bdraw\w*\b|\bdiagrams?\b|\bsketch\b|\bpicture\b(?! (?:change|look))|\bcharts?\b"
    r"|(?<!heat )(?<!heat)\bmap\b"
    r"|\bmermaid\b|\brender\b|\b(?:hangs?|fits?) together\b|\b(?:is|are) connected\b"
    r"|\bvisuali[sz]e\b|\bplot\b|\barchitectur(?:e|al) overview\b"
    r"|\btopology\b|\bschematics?\b"
)
RUNBOOK = (
    r"\brun ?-?books?\b|\bplaybooks?\b|\bhandbooks?\b|\bstep[- ]by[- ]step\b"
    r"|\binstructions (?:for|to)\b"
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
    r"|\bright now\b|\bhelp$"
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
    r"|\b(?:across|over|for|under|at|with|against) (?:[\w-]+ ){0,3}(?:many|several|various"
    r"|different|varying|all sorts of) (?:[\w-]+ ){0,3}(?:objectives|rtos?|rpos?|targets)\b"
    r"|\bgrid\b|\bsensitive\b"
    r"|\bagainst (?:the )?(?:rtos?|rpos?|objectives?)$"
    r"|\bhow \w+ (?:may|can|could|must|should) (?:[\w-]+ ){0,3}(?:rto|rpo|objectives?) be\b"
)
COMPARE = (
    r"\b(?:did|does|do|has|have)\b.* change\b|\bmov(?:ed|ement)\b|\bdelta\b"
    r"|\bchanged\b|\bchanges\b|\bdifferen(?:t|ce|ces)\b|\bdiff\b|\bcompare[sd]?\b|\bcomparison\b"
    r"|\bnew since\b|\bimproved\b|\b(?:become|got|get|getting) (?:better|worse)\b"
    r"|\bpa(?:y|ys|id) off\b|\bregress\w*|\bprogress\b|\bwhat(?:'s| is) new\b(?=$| since| here)"
    r"|\b(?:better|worse) than\b|\b(?:previous|last) (?:assessment|time|run)\b|\bsince\b(?! when)"
)
RECOMMEND = (
    r"\brecommend\w*|(?<!on )\btop\b|\bsuggest\w*|\bimprovements?\b|\btips?\b|\badvice\b"
    r"|\bideas?\b|\bwins\b|\bquick win\b|\bcan be done\b|\blow[- ]hanging\b"
    r"|\bdo first\b|\bfix first\b|\b(?:we|i) start\b"
    r"|\bimprove\b|\bmost important\b"
    r"|\bwhat (?:should|can|could|would) (?:we|i|you) (?:do|fix|improve|change|tackle|address)\b"
    r"|\bhow (?:do|can|could|should|would|to)\b.*\b(?:reduce|lower|increase|harden|strengthen"
    r"|avoid|prevent|more (?:robust|resilient|reliable|available|stable|fault)"
    r"|less|safer)\b"
    r"|\bgive (?:me|us) (?:the )?\d+ (?:for|on|about)\b"
    r"|\b\d+ more\b|\b\d+ (?:best )?(?:things?|items?|points?|measures?)\b"
    r"|\bbest \d+\b|\b\d+ best\b"
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
THE_ONE = (
    r"\bthe (?:\w+ )?(?:single )?(?:most [\w-]+|best|top|biggest|first) "
    r"(?:fix|thing|improvement|recommendation|measure|step|action|item|change|priority)\b"
    r"|\bsingle (?:most|best|biggest)\b"
)
AS_WELL = r"\b(?:too|also|as well|in addition|on top(?: of (?:that|it))?|both)\b"
HAPPENS = r"\bwhat happens\b(?! to\b)"  # of a failure, never of a fix
HOW_LONG = r"\bhow (?:long|fast|soon|quickly)\b"
FINE = r"^(?:is|are) .*\b(?:ok|okay|fine|safe|healthy|good enough|enough|in (?:good )?shape)\b"
WHICH = (  # of a kind, all of them
    r"^(?!.*\b(?:no|not|without|lacks?|missing)\b)"
    r"(?:list|show|which|what|how many|name|do we have|are there|enumerate)\b"
)
FROM_TO = (
    r"\b(?:from|the) (?:an? )?[a-df][+-]? (?:[\w-]+ ){0,6}?(?:in)?to (?:an? )?[a-df][+-]?(?![\w'])"
)
JUST_A_ZONE = (
    r"(?:(?:and|or|what|how|about|if|in|for|az|zone|the|same) )*([a-f])(?: (?:instead|then|too))?"
)
JUST_SO_MANY = r"(?:(?:just|only|no|give me|show me|make it|make that|the|first|top|best) ?)*\d+"
NOT_ABLE = (
    r"(?:could(?:n't| not)|can(?:'t|not| not)|unable to|not able to|were not|was not|wasn't|weren't"
    r"|failed to)"
)
JUDGED = (
    r"(?:(?:you|we|it|be|been|able|to) )*(?:read|see|seen|check(?:ed)?|assess(?:ed)?|judged?"
    r"|evaluated?|verif(?:y|ied)|determined?|look(?:ed)? at|reach|access(?:ed)?|inspect(?:ed)?|tell"
    r"|find out)\b"
)
UNREADABLE = rf"\b{NOT_ABLE} {JUDGED}"
UNREAD = UNREADABLE + r"|\bread\b|\bsee\b|\bpermissions?\b|\bdenied\b|\bunknown\b|\bmissed\b"
TERRAFORM = r"\bterraform\b|\b(?:tf|hcl)\b"
CODE = rf"{TERRAFORM}|\bcloud ?formation\b|\bcfn\b|\bas code\b|\biac\b|\bas a template\b"
CODE_KINDS: Mapping[str, str] = {
    "experiments": r"\bfis\b|\bfault[ -]injection\b|\bchaos\b|\bexperiments?\b",
    "backups": r"\bback-?ups?(?: plans?)?\b",
    "alarms": r"\balarms?\b|\bdashboards?\b",
}
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
    rf"|{UNREADABLE}|\bmissed\b|\bmissing\b|\bblind\b|\bunverified\b|\brefused\b"
    r"|\bnot (?:be )?(?:assessed|checked|judged)\b",
    "questions": r"\bquestions?\b|\banswers?\b|\banswered\b",
    "strengths": r"\bstrengths?\b|\b(?:do(?:ing)?|works?|get|got|goes) (?:\w+ )?(?:well|right)\b"
    r"|\bgood at\b"
    r"|\bgoes well\b",
    "resources": r"\bresources\b|\binventory\b|\bcomponents\b|\bparts of the workload\b"
    r"|\bwhat(?:'s| is) in (?:this|the|our|my) (?:workload|system)\b|\bconsists? of\b"
    r"|\bmade (?:up )?of\b",
    "findings": r"\bfindings?\b|\bproblems?\b|\bissues?\b|\bwrong with\b|\bfound\b|\bfind\b"
    r"|\bdefects?\b|\brisks?\b|\bweak\w*",
    "letters": r"\bgrades?\b|\bmarks?\b|(?<!dead )\bletters?\b|\bscores?\b|\bratings?\b"
    r"|\bscore ?cards?\b"
    r"|\bhow are we doing\b|\bwhat (?:is|are) (?:our|the) (?:current )?(?:rto|rpo|objectives?)$"
    r"|\bsummary\b|\bstatus\b"
    r"|\bhow do we stand\b|\bresults?\b|\breport\b|\boverview\b",
}
CATEGORIES: Mapping[str, str] = {
    "spof": r"\bspofs?\b|\bsingle[ -]points? of failures?\b|\bredundancy\b",
    "load": r"\bexcessive load\b|(?<!-)\bload\b(?! ?balanc)|\boverload\b",
    "latency": r"\blatency\b|\bslowness\b",
    "misconfiguration": r"\bmis-?configurations?\b|\bbugs?\b|\boperator errors?\b",
    "shared_fate": r"\bshared[ -_]fate\b",
}
TOPICS: Mapping[str, str] = {
    "observability": r"\bobservability\b|\bmonitoring\b|\balert(?:s|ing)?\b|\balarms?\b"
    r"|\blogg?ing\b|\blogs\b|\btracing\b|\btraces?\b|\bmetrics\b|\bdashboards?\b",
    "backup": r"\bback ?-?ups?\b|\brestor(?:e|es|ing)\b|\brecovery points?\b",
    "scaling": r"\b(?:auto[ -]?)?scal(?:e|ing|ability)\b|\bautoscaling\b|\bcapacity\b",
    "deployment": r"\bdeploy(?:ments?|ing|s)\b|\breleases?\b|\brollbacks?\b|\bpipelines?\b"
    r"|\bci/cd\b",
    "disaster recovery": r"\bdisaster recovery\b|\bdr\b",
    "high availability": r"\bhigh availability\b|\bavailab(?:le|ility)\b(?! zone)|\buptime\b",
    "continuous improvement": r"\bcontinuous improvement\b|\bgame ?days?\b|\bchaos\b",
}
ALONE = (  # of which a word by itself can be what is looked for
    IF,
    AS_IS,
    GRADES,
    WHY,
    DOUBT,
    RAISE,
    HOW_TO,
    LOST,
    DOCS,
    DRAW,
    RUNBOOK,
    SWEEP,
    COMPARE,
    RECOMMEND,
    *SHOW.values(),
    *CATEGORIES.values(),
    *TOPICS.values(),
)
