"""What a question sounds like: patterns over lower-case text, by what they speak for."""

import re
from collections.abc import Mapping

IF = r"\bif\b|\bsuppos|\bimagine|\bassum|\bwould\b|\bwere\b|\bwhat happens|\bsay we\b|\bhow about\b"
FOLLOWS = r"^(?:and|also|now|then|plus|or|but|same|the same|how about|what about)\b|\binstead\b"
AS_IS = r"\bas it is\b|\btoday\b|\bcurrent(?:ly)?\b|\boriginal(?:ly)?\b|\bthe assessment\b|\bactual"
GRADES = r"\bgrades?\b|\bletters?\b|\bscores?\b|\bmarks?\b|\bgrading\b"
WHY = (
    r"\bwhy\b|\bhow come\b|\bexplain\b|\barithmetic\b|\bmaths?\b|\bcalculat|\bcomputed?\b"
    r"|\breason(?:s|ing)?\b|\bjustif|\bcomes? from\b|\barrived? at\b|\bsets the\b|\bmatters?\b"
    r"|\btell me (?:more )?about\b|\bbreak ?down\b|\bderived?\b|\bwho decided\b|\bworked out\b"
    r"|\bcome about\b"
)
DOUBT = (
    r"\bright\b|\bwrong\b|\bcorrect\b|\bsure\b|\bbelieve\b|\bharsh\b|\bkind(?:er)?\b|\bunfair\b"
    r"|\bfair\b|\btrust\b|\baccurate\b|\bgenerous\b|\bstrict\b|\bdisagree\b|\bdoubt\b"
)
RAISE = (
    r"\b(?:raise|set|change|make|give|bump|upgrade|report|improve|lift|increase|adjust|put|move"
    r"|better|mark|award|declare|round)\b"
)
HOW_TO = (
    r"\bwhat (?:would|will|does|could) (?:it take|get|bring|take)|\bhow (?:do|can|could|would|to)\b"
    r"|\bwhat (?:do|must|should|can) (?:we|i)\b|\bneed(?:ed)? (?:for|to)\b|\bneed\b.*\bfor\b"
    r"|\bwould it take\b|\bcheapest\b|\b(?:way|path) to\b|\bwhich fixes\b|\bwhat (?:is|'s) needed\b"
    r"|\bwhat's needed\b|\bget (?:us|me) to\b"
)
LOST = (
    r"\bgo(?:es)? (?:down|away|dark|offline)\b|\bdie[sd]?\b|\bdead\b|\bfail(?:s|ed|ing|ure)?\b"
    r"|\blost\b|\blos(?:e|es|s|ing)\b|\boutages?\b|\bgone\b|\bdeleted?s?\b|\bkill(?:s|ed)?\b"
    r"|\bcrash(?:es|ed)?\b|\bunavailable\b|\bunreachable\b|\bwithout\b|\bbreaks?\b|\bbroken?\b"
    r"|\bburn\w*|\bdisappear\w*|\bdestroyed\b|\bblast radius\b|\bdown\b|\boffline\b|\bsurvive\b"
    r"|\bcorrupt\w*|\bvanish\w*|\bdepends on\b|\bcuts? off\b|\bwent away\b"
)
ORDERS = re.compile(
    r"^(?:(?:go ahead|just|now|then|do|and|simply|immediately)[ ,]+(?:and )?)*"
    r"(?:delete|remove|drop|restart|reboot|stop|start|terminate|deploy|apply|enable|disable|activate"
    r"|turn (?:on|off)|switch (?:on|off)|create|add|scale|resize|fix|mend|update|modify|patch"
    r"|attach|rotate|fail ?over|purge|restore|run|execute|install|upgrade|tag|roll back"
    r"|shut down)\b"
)
DOCS = (
    r"\bdocumentation\b|\bdocs?\b|\buser guide\b|\bread up\b|\bdoes aws say\b|\baws says?\b"
    r"|\bcan i read\b|\bwhite ?papers?\b"
)
SHOW_ME = r"|\b(?:the|aws|show|find|me|us)\b"
JUST_WHY = r"(?:but |and |so )?(?:why|how come)(?: is that| so| that)?"
DRAW = (
    r"\bdraw\w*\b|\bdiagrams?\b|\bsketch\b|\bpicture\b|\bcharts?\b|(?<!heat )(?<!heat)\bmap\b"
    r"|\bmermaid\b|\bvisuali[sz]e\b|\bplot\b|\barchitectur(?:e|al) overview\b"
)
RUNBOOK = (
    r"\brun ?-?books?\b|\bplaybooks?\b|\brecovery (?:procedure|instructions?|plan|steps)\b"
    r"|\bstep[- ]by[- ]step\b"
)
SWEEP = (
    r"\bsweep\b|\bheat ?map\b|\brange of\b|\bat which (?:rto|rpo|objectives?)\b"
    r"|\b(?:tightest|shortest|strictest|lowest|smallest) (?:rto|rpo|objectives?)\b"
    r"|\bwh(?:ich|at) (?:rto|rpo|objectives?)\b.*\b(?:promise|meet|reach|achieve|hold|guarantee)\b"
    r"|\b(?:every|all|each) (?:rto|rpo|objectives?)\b|\bletters?\b.*\bturns?\b"
    r"|\b(?:change|vary|depend)s? (?:with|on) (?:the )?(?:objectives?|rto|rpo)\b"
)
COMPARE = (
    r"\bchanged\b|\bchanges\b|\bdifferen(?:t|ce|ces)\b|\bdiff\b|\bcompare[sd]?\b|\bcomparison\b"
    r"|\bnew since\b|\bimproved\b|\b(?:become|got|get|getting) (?:better|worse)\b"
    r"|\b(?:better|worse) than\b|\b(?:previous|last) (?:assessment|time|run)\b|\bsince\b"
)
RECOMMEND = (
    r"\brecommend\w*|\btop \d+\b|\btop\b|\bsuggest\w*|\bimprovements?\b|\btips?\b|\badvice\b"
    r"|\bideas?\b|\bquick wins?\b|\bdo first\b|\bfix first\b|\b(?:we|i) start\b|\bimprove\b"
    r"|\bmost important\b|\bwhat (?:should|can|could) (?:we|i) (?:do|fix|improve)\b"
    r"|\b\d+ (?:more |best )?(?:things?|items?|points?|measures?)\b|\bbest \d+\b|\b\d+ best\b"
    r"|\bthings? (?:to do|about|on|for)\b|\bpriorit\w+"
)
SHOW: Mapping[str, str] = {
    "gaps": r"\bgaps?\b|\bnot (?:be )?read\b|\bunknown\b|\bunclear\b|\bpermissions?\b|\bdenied\b"
    r"|\bcould(?:n't| not) (?:you )?(?:be )?(?:read|see)\b|\bmissed\b",
    "questions": r"\bquestions?\b|\banswers?\b|\banswered\b",
    "strengths": r"\bstrengths?\b|\bdo(?:ing)? well\b|\bgood at\b|\bgoes well\b",
    "resources": r"\bresources\b|\binventory\b|\bcomponents\b|\bparts of the workload\b",
    "findings": r"\bfindings?\b|\bproblems?\b|\bissues?\b|\bwrong with\b|\bfound\b|\bfind\b"
    r"|\bdefects?\b|\brisks?\b|\bweak\w*",
    "letters": r"\bgrades?\b|\bletters?\b|\bscores?\b|\bhow are we doing\b|\bsummary\b|\bstatus\b"
    r"|\bhow do we stand\b|\bresults?\b|\breport\b|\boverview\b",
}
