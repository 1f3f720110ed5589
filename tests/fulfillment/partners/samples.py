"""Real X12 files of vendors, and small ones that a test spoils."""

HEAD = "ISA*00*          *00*          *ZZ*THEM           *ZZ*US             *261122*1000*U*00401*000000007*0*P*>~\n"
ADVICE = (
    "GS*SW*THEM*US*20261122*1000*7*X*004010~\nST*945*0001~\nW06*F*Q1234567**REF-9~\nN9*2I*1Z999~\nLX*1~\n"
    "W12*CC*2*2**EA**SK*TEA~\nSE*6*0001~\nGE*1*7~\n"
)
TAIL = "IEA*1*000000007~\n"

# EdiFabric/X12.NET, Files/X12/WarehouseShippingAdvice.txt: begins with a byte order mark, counts two messages, has one
ADVICE_OF_A_VENDOR = (
    "\ufeffISA*00*          *00*          *16*SENDER1        *14*RECEIVER1      *071216*1406*U*00204*000000263*1*T*>~\n"
    "GS*IN*SENDER1*RECEIVER1*20071216*1406*000000001*X*004010~\nST*945*0001~\n"
    "W06*X*12345*CCYYMMDD*123456*1234**01*9999****Z~\nN1*WH*Warehouse Name*9*123456~\n"
    "N1*DE*Depositor Name*9*0123456789000~\nN9*SN*Seal Number~\nN9*ZZ*Temperature Recording Device Number~\n"
    "W27*H*TRUK*TRUCKING*CC***Equipment ID~\nLX*1~\n"
    "W12*CC*72*72**CA*007117901645*UK*10071179016458*40550*799*G*L~\nG69*Some description~\nN9*LI*1000~\n"
    "N9*PC*989JAN281301~\nN9*LV*00100752782101847618*36~\nN9*LV*00100752782101847619*36~\nLX*2~\n"
    "W12*CC*72*72**CA*007117901645*UK*10071179016458*40551*884*G*L~\nG69*Some description~\nN9*LI*1000~\n"
    "N9*PC*989JAN291301~\nN9*LV*00100752782101847620*72~\nW03*240*15360*LB~\nSE*22*0001~\nGE*2*000000001~\n"
    "IEA*1*000000263~\n"
).encode()

# olmelabs/EdiEngine, TestData/940.2.OK.edi: segments end with a line feed, the last one with the file
ORDER_OF_A_VENDOR = (
    b"ISA*00*          *00*          *ZZ*VENDOR         *ZZ*WAREHOUSE      *090902*0900*U*00401*000009221*0*P*>\n"
    b"GS*OW*VENDOR*WAREHOUSE*20090902*1700*9221*X*004010\nST*940*20066\nW05*N*35131*POMAIL\n"
    b"W66*PP*A***UPS GROUND****43.00*UPSN\nLX*1\nW01*1*EA*000100022220*VC*110220*UP*871209028795\n"
    b"N9*IA*390003\nN9*PC*3\nN9*PD*323343435\nSE*9*20066\nGE*1*9221\nIEA*1*000009221"
)

# EdiFabric/X12.NET, Files/X12/997.txt
ACKNOWLEDGMENT_OF_A_VENDOR = (
    "\ufeffISA*00*          *00*          *ZZ*TO             *ZZ*FROM           *071214*1406*^*00401*000000001*0*T*>~\n"
    "GS*FA*PARTNER*102096559TEST*071214*1406*1*X*004010~\nST*997*0001~\nAK1*IN*000000001~\nAK2*810*ST02~\nAK5*A~\n"
    "AK2*810*ST02~\nAK3*TXI*54**8~\nAK4*1*963*7*C1~\nAK5*R*5~\nAK9*R*2*2*1~\nSE*10*0001~\nGE*1*1~\n"
    "IEA*1*000000001~\n"
).encode()


def spoiled(old: str, new: str) -> bytes:
    """Return a sound advice with one thing changed."""
    sound = HEAD + ADVICE + TAIL
    assert old in sound
    return sound.replace(old, new, 1).encode()
